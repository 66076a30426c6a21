// Properties: every sample is asked until it is answered, as the server's headers say, and once; a
// run that ended anywhere goes on where it was; what no asking again helps ends it with a reason.
#include "service/eval/sample_run.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "service/eval/state_file.h"
#include "service/eval/test_files.h"
#include "service/eval/test_server.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

Dataset Doubles(int n) {
  Dataset dataset;
  dataset.name = "doubles.jsonl";
  dataset.digest = "0123456789abcdef";
  for (int i = 0; i < n; ++i) {
    Problem problem;
    problem.id = "p" + std::to_string(i);
    problem.prompt = std::to_string(i);
    problem.gold = std::to_string(2 * i);
    dataset.problems.push_back(std::move(problem));
  }
  return dataset;
}

std::string QuestionOf(const json::object& body) {
  return std::string(body.at("messages").as_array().back().at("content").as_string());
}

net::HttpResponse RightAnswer(const json::object& body) {
  return Chat("\\boxed{" + std::to_string(2 * std::stoi(QuestionOf(body))) + "}");
}

net::HttpResponse Busy(int status, std::vector<net::Header> headers = {}) {
  auto response = net::HttpResponse::Json(status, R"({"error": {"message": "come later"}})");
  for (net::Header& header : headers) response.headers.push_back(std::move(header));
  return response;
}

class SampleRunTest : public testing::Test {
 protected:
  SampleRunTest() {
    client_options_.key = "secret";
    client_options_.first_wait = milliseconds(5);
  }

  Result<Samples> Run(const TestServer& server, int n_problems, SampleRunOptions options = {}) {
    const Dataset dataset = Doubles(n_problems);
    LEMMA_ASSIGN_OR_RETURN(const auto state,
                           StateFile::Open(folder_ / "s.jsonl", dataset, settings_));
    client_options_.address = server.address();
    PatientClient client(client_options_);
    return RunSamples(dataset, settings_, options, client, Grader(nullptr), *state,
                      [this](const SampleRunProgress& progress) { progress_ = progress; });
  }

  const TestFolder folder_;
  RunSettings settings_;
  PatientClientOptions client_options_;
  SampleRunProgress progress_;
};

TEST_F(SampleRunTest, WhatIsSetIsSentAndNothingElse) {
  const TestServer server([](int, const json::object& body) { return RightAnswer(body); });
  ASSERT_TRUE(Run(server, 1).ok());
  settings_.model = "m";
  settings_.profile = "math";
  settings_.language = "zh";
  settings_.suffix = " ";
  settings_.temperature = 0.5;
  settings_.max_tokens = 9;
  settings_.deadline_ms = 8;
  settings_.loop_guard = false;
  std::filesystem::remove(folder_ / "s.jsonl");
  ASSERT_TRUE(Run(server, 1).ok());
  auto bare = server.asked()[0];
  EXPECT_EQ(bare.key, "Bearer secret");
  EXPECT_EQ(bare.path, "/v1/chat/completions");
  EXPECT_EQ(bare.body.size(), 2u) << "messages and seed";
  const json::object full = server.asked()[1].body;
  EXPECT_EQ(full.at("model"), "m");
  EXPECT_EQ(full.at("profile"), "math");
  EXPECT_EQ(full.at("language"), "zh");
  EXPECT_EQ(full.at("temperature"), 0.5);
  EXPECT_EQ(full.at("max_tokens"), 9);
  EXPECT_EQ(full.at("deadline_ms"), 8);
  EXPECT_EQ(full.at("loop_guard"), false);
  EXPECT_EQ(QuestionOf(full), "0 ");
}

TEST_F(SampleRunTest, EachSampleHasASeedOfItsOwnAndTheSameInEveryRun) {
  std::set<int64_t> seeds[2];
  for (auto& of_run : seeds) {
    std::filesystem::remove(folder_ / "s.jsonl");
    const TestServer server([](int, const json::object& body) { return RightAnswer(body); });
    const auto samples = Run(server, 5, {.n_samples = 4, .n_parallel = 3});
    ASSERT_TRUE(samples.ok());
    for (const auto& asked : server.asked()) of_run.insert(asked.body.at("seed").as_int64());
    EXPECT_EQ(progress_.n_done, 20);
    EXPECT_EQ(progress_.n_right, 20);
  }
  EXPECT_EQ(seeds[0].size(), 20u);
  EXPECT_EQ(seeds[0], seeds[1]);
  EXPECT_GE(*seeds[0].begin(), 0);
}

TEST_F(SampleRunTest, ABusyServerIsAskedAgainAsItsHeadersSay) {
  const TestServer server([](int n, const json::object& body) {
    if (n == 0) return Busy(429, {{"retry-after-ms", "150"}, {"retry-after", "60"}});
    if (n == 1) return Busy(503, {{"Retry-After", "0"}});
    if (n == 2) return Busy(503);
    if (n == 3) return Busy(0);  // the connection breaks off
    return RightAnswer(body);
  });
  const auto samples = Run(server, 1);
  ASSERT_TRUE(samples.ok()) << samples.status().ToString();
  EXPECT_EQ((*samples)[0][0].outcome, Outcome::kRight);
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 5u);
  EXPECT_GE(asked[1].at - asked[0].at, milliseconds(150));
  EXPECT_EQ(asked[0].body, asked[4].body);
  EXPECT_LT((*samples)[0][0].seconds,
            0.15 + std::chrono::duration<double>(asked[4].at - asked[0].at).count())
      << "waits are not the answer's time";
}

TEST_F(SampleRunTest, PatienceEndsWithTheServersOwnReason) {
  const TestServer server(
      [](int, const json::object&) { return Busy(429, {{"retry-after", "5"}}); });
  client_options_.patience = std::chrono::seconds(3);
  const auto samples = Run(server, 1);
  EXPECT_EQ(samples.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(samples.status().message().find("problem p0"), std::string::npos);
  EXPECT_NE(samples.status().message().find("429: come later"), std::string::npos);
}

TEST_F(SampleRunTest, WhatNoAskingAgainHelpsEndsTheRun) {
  for (const auto& refusal :
       {Busy(400), Busy(401), Busy(404), Busy(429, {{"x-should-retry", "false"}})}) {
    std::filesystem::remove(folder_ / "s.jsonl");
    const TestServer server(
        [&](int n, const json::object& body) { return n == 1 ? refusal : RightAnswer(body); });
    const auto samples = Run(server, 50, {.n_samples = 1, .n_parallel = 1});
    EXPECT_EQ(samples.status().message(), "problem p1: the server refuses it with " +
                                              std::to_string(refusal.status) + ": come later");
    EXPECT_EQ(server.asked().size(), 2u);
  }
}

TEST_F(SampleRunTest, ARunGoesOnWhereItWas) {
  const TestServer broken(
      [](int n, const json::object& body) { return n == 4 ? Busy(400) : RightAnswer(body); });
  ASSERT_FALSE(Run(broken, 6, {.n_samples = 2, .n_parallel = 1}).ok());
  const TestServer server([](int, const json::object& body) { return RightAnswer(body); });
  const auto samples = Run(server, 6, {.n_samples = 2, .n_parallel = 4});
  ASSERT_TRUE(samples.ok());
  EXPECT_EQ(server.asked().size(), 8u);
  EXPECT_EQ(progress_.n_asked, 8);
  EXPECT_EQ(progress_.n_done, 12);
  // More samples are added to those that are there.
  ASSERT_TRUE(Run(server, 6, {.n_samples = 3, .n_parallel = 4}).ok());
  EXPECT_EQ(server.asked().size(), 14u);
}

TEST_F(SampleRunTest, AStopEndsItAndKeepsWhatIsFinished) {
  std::stop_source stop;
  const TestServer server([&](int n, const json::object& body) {
    if (n == 2) stop.request_stop();  // while the third is under way
    return RightAnswer(body);
  });
  const SampleRunOptions options = {.n_samples = 1, .n_parallel = 1, .stop = stop.get_token()};
  EXPECT_EQ(Run(server, 6, options).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(progress_.n_done, 3);
  ASSERT_TRUE(Run(server, 6).ok());
  EXPECT_EQ(server.asked().size(), 6u);
}

TEST_F(SampleRunTest, AStopEndsTheWaitForABusyServer) {
  std::stop_source stop;
  const TestServer server([&](int, const json::object&) {
    stop.request_stop();
    return Busy(503, {{"retry-after", "300"}});
  });
  EXPECT_EQ(Run(server, 1, {.stop = stop.get_token()}).status().code(), StatusCode::kCancelled);
}

TEST_F(SampleRunTest, LoopsAndCutsAreToldFromWrongAnswers) {
  std::string loop;
  for (int i = 0; i < 20; ++i) loop += "so we have to look at x again. ";
  const TestServer server([&](int, const json::object& body) {
    switch (std::stoi(QuestionOf(body))) {
      case 0:
        return Chat(loop, "length");  // a server without a guard
      case 1:
        return Chat("x", "length", {{"stop_reason", "repetition_detected"}});
      case 2:
        return Chat("first we look at", "length");
      case 3:
        return Chat("\\boxed{6}", "stop", {{"lemma", {{"loop", {{"action", "rewind"}}}}}});
      default:
        return Chat("\\boxed{1}");
    }
  });
  const auto samples = Run(server, 5);
  ASSERT_TRUE(samples.ok());
  const Outcome expected[] = {Outcome::kLooped, Outcome::kLooped, Outcome::kTruncated,
                              Outcome::kRight, Outcome::kWrong};
  for (int i = 0; i < 5; ++i) EXPECT_EQ((*samples)[i][0].outcome, expected[i]) << i;
  EXPECT_TRUE((*samples)[3][0].has_looped);
  EXPECT_EQ((*samples)[2][0].tokens, 7);
}

TEST_F(SampleRunTest, ADeadlineThatPassesIsATruncatedSampleWhereOneWasSet) {
  const TestServer server([](int, const json::object&) { return Busy(504); });
  EXPECT_FALSE(Run(server, 1).ok());
  std::filesystem::remove(folder_ / "s.jsonl");
  settings_.deadline_ms = 10;
  const auto samples = Run(server, 1);
  ASSERT_TRUE(samples.ok());
  EXPECT_EQ((*samples)[0][0].outcome, Outcome::kTruncated);
}

TEST_F(SampleRunTest, AServerThatPutsInAProfileIsNotMeasuredWithout) {
  const TestServer server([](int, const json::object& body) {
    net::HttpResponse response = RightAnswer(body);
    response.headers.push_back({"x-lemma-profile", "math"});
    return response;
  });
  settings_.profile = kNoProfile;
  const auto samples = Run(server, 1);
  ASSERT_FALSE(samples.ok());
  EXPECT_NE(samples.status().message().find("the profile math"), std::string::npos);
  EXPECT_FALSE(server.asked()[0].body.contains("profile"));
}

TEST_F(SampleRunTest, AStrategyGoesThroughSolve) {
  const TestServer server([](int, const json::object&) {
    return net::HttpResponse::Json(
        200, R"({"answer": "0", "solution": "s", "samples": [{"finish_reason": "length"}],
                 "usage": {"completion_tokens": 21}})");
  });
  settings_.strategy = "adaptive";
  settings_.n_votes = 4;
  const auto samples = Run(server, 1);
  ASSERT_TRUE(samples.ok()) << samples.status().ToString();
  EXPECT_EQ((*samples)[0][0].outcome, Outcome::kRight);
  EXPECT_EQ((*samples)[0][0].tokens, 21);
  EXPECT_EQ(server.asked()[0].path, "/v1/solve");
  EXPECT_EQ(server.asked()[0].body.at("strategy"), "adaptive");
  EXPECT_EQ(server.asked()[0].body.at("samples"), 4);
}

TEST_F(SampleRunTest, ASolveTellsTheLoopsOfItsSamples) {
  const TestServer server([](int, const json::object& body) {
    const char* replies[] = {
        // One sample was stopped in a loop, another one has the answer: right, or wrong.
        R"({"answer": "0", "solution": "s", "samples": [{"finish_reason": "stop"},
            {"finish_reason": "length", "loop": {"action": "stop"}}]})",
        R"({"answer": "77", "solution": "s", "samples": [{"finish_reason": "stop"},
            {"finish_reason": "length", "loop": {"action": "stop"}}]})",
        // Nothing was left but the loop.
        R"({"answer": null, "solution": "", "samples": [
            {"finish_reason": "length", "loop": {"action": "stop"}}]})",
        R"({"answer": null, "solution": "", "samples": [{"finish_reason": "repetition"}]})",
        // It was led out of the loop, and has come to no answer all the same.
        R"({"answer": null, "solution": "", "samples": [
            {"finish_reason": "length", "loop": {"action": "rewind"}}]})",
        R"({"answer": null, "solution": "", "samples": [{"finish_reason": "length"}]})"};
    return net::HttpResponse::Json(200, replies[std::stoi(QuestionOf(body))]);
  });
  settings_.strategy = "majority";
  const auto samples = Run(server, 6);
  ASSERT_TRUE(samples.ok()) << samples.status().ToString();
  const Outcome expected[] = {Outcome::kRight,  Outcome::kWrong,     Outcome::kLooped,
                              Outcome::kLooped, Outcome::kTruncated, Outcome::kTruncated};
  const bool has_looped[] = {true, true, true, true, true, false};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ((*samples)[i][0].outcome, expected[i]) << i;
    EXPECT_EQ((*samples)[i][0].has_looped, has_looped[i]) << i;
  }
}

TEST_F(SampleRunTest, WhatIsNoReplyIsSaid) {
  for (const char* body : {"<html>", "{}", R"({"choices": []})", R"({"choices": [{}]})"}) {
    std::filesystem::remove(folder_ / "s.jsonl");
    const TestServer server(
        [&](int, const json::object&) { return net::HttpResponse::Json(200, body); });
    EXPECT_EQ(Run(server, 1).status().code(), StatusCode::kDataLoss) << body;
  }
}

}  // namespace
}  // namespace lemma::eval
