// Properties: a job outlives the gateway that runs it; whoever follows one sees every event once,
// from wherever they begin; receivers are told until they take it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/jobs/test_jobs.h"
#include "service/webhook/test_receiver.h"

namespace lemma::jobs {
namespace {

using testing::HasSubstr;

class JobLifeTest : public JobsTest {
 protected:
  // "id: N" of every event, and the text from the first of them on.
  static std::vector<std::string> Events(const std::string& text) {
    std::vector<std::string> events;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find("\n\n", begin);
      events.push_back(text.substr(begin, end - begin));
      begin = end + 2;
    }
    return events;
  }
};
LEMMA_FOR_BOTH_DATABASES(JobLifeTest);

TEST_P(JobLifeTest, AStreamCutAnywhereGoesOnWhereItWas) {
  door_.SetAnswer(Solving(5));
  const auto one = Begin(), other = Begin();
  const std::string id = Post(*one, kSolveJob);
  const std::string path = "/v1/jobs/" + id + "/events";
  const auto whole_stream = Ask(*one, "GET", path);
  whole_stream->Wait();
  const std::string whole = whole_stream->response.body;
  const std::vector<std::string> events = Events(whole);
  ASSERT_EQ(events.size(), 10u) << "attempt, start, 5 deltas, sample, vote, the job";
  EXPECT_THAT(events[0], HasSubstr(R"({"type":"attempt","attempt":1})"));
  EXPECT_THAT(events.back(), HasSubstr("event: job\n"));
  EXPECT_THAT(events.back(), HasSubstr(R"("answer":"42")"));
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_THAT(events[i], testing::StartsWith("id: " + std::to_string(i) + "\n"));
    const auto rest = Ask(*other, "GET", path + "?offset=" + std::to_string(i));
    rest->Wait();
    EXPECT_EQ(
        Events(rest->response.body),
        std::vector<std::string>(events.begin() + static_cast<std::ptrdiff_t>(i), events.end()));
    const auto after = Ask(*other, "GET", path, "", {{"Last-Event-ID", std::to_string(i)}});
    after->Wait();
    EXPECT_EQ(after->response.status, i + 1 < events.size() ? 200 : 204);
    EXPECT_EQ(Events(after->response.body),
              std::vector<std::string>(events.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                       events.end()));
  }
  for (const char* bad : {"?offset=-1", "?offset=x", "?offset=99999999999999999999"}) {
    EXPECT_EQ(Ask(*one, "GET", path + bad)->response.status, 400) << bad;
  }
}

TEST_P(JobLifeTest, WhatIsSaidIsSeenWhileItRuns) {
  const auto one = Begin(), other = Begin();
  const std::string id = Post(*one, kSolveJob);
  door_.WaitFor(1);
  const auto stream = Ask(*other, "GET", "/v1/jobs/" + id + "/events");
  const auto exchange = door_.held(0);
  BeginStream(*exchange);
  exchange->Write(net::SseEvent(R"({"type":"delta","sample":0,"text":"first"})"));
  stream->WaitFor("first");
  EXPECT_EQ(Get(*other, id).at("status"), "running");
  EXPECT_EQ(Get(*other, id).at("progress").at("tokens"), 1);
  exchange->Write(net::SseEvent(R"({"type":"result","answer":"1"})"));
  exchange->Finish();
  stream->Wait();
  EXPECT_THAT(stream->response.body, HasSubstr(R"("status":"done")"));
}

TEST_P(JobLifeTest, OneKeyCannotTakeAllStreamsOfAGateway) {
  const auto jobs = Begin();
  const std::string id = Post(*jobs, kSolveJob);
  door_.WaitFor(1);
  const std::string path = "/v1/jobs/" + id + "/events";
  std::vector<std::unique_ptr<Asked>> followers;
  for (size_t i = 0; i < kKeyStreamsMax; ++i) followers.push_back(Ask(*jobs, "GET", path));
  const auto refused = Ask(*jobs, "GET", path);
  refused->Wait();
  EXPECT_EQ(refused->response.status, 429);
  EXPECT_NE(refused->response.header("retry-after"), "");
  EXPECT_THAT(refused->response.body, HasSubstr("this API key follows"));

  const json::object others = Ask(*jobs, "POST", "/v1/jobs", kSolveJob, {}, "key_b")->Json();
  const std::string others_path =
      "/v1/jobs/" + std::string(others.at("id").as_string()) + "/events";
  const auto other = Ask(*jobs, "GET", others_path, "", {}, "key_b");
  door_.WaitFor(2);
  for (size_t i = 0; i < 2; ++i) Solving(1)(door_.held(i));
  other->Wait();
  EXPECT_EQ(other->response.status, 200);
  for (const auto& follower : followers) follower->Wait();
  Await([&] {
    const auto again = Ask(*jobs, "GET", path);
    again->Wait();
    return again->response.status == 200;
  });
}

TEST_P(JobLifeTest, WhatAStoppedGatewayRanAnotherRunsWithTheSameSeed) {
  auto first = Begin();
  const std::string id = Post(*first, kSolveJob);
  door_.WaitFor(1);
  BeginStream(*door_.held(0));
  const auto stream = Ask(*first, "GET", "/v1/jobs/" + id + "/events");
  stream->WaitFor("\"attempt\":1");
  first->Drain();
  stream->Wait();  // it waits for nobody who follows a job
  first->Stop();
  EXPECT_EQ(Get(*first, id).at("status"), "queued");
  door_.SetAnswer(Solving(1));
  const auto second = Begin();
  EXPECT_EQ(Ended(*second, id).at("status"), "done");
  ASSERT_EQ(door_.requests().size(), 2u);
  EXPECT_EQ(door_.requests()[0].body, door_.requests()[1].body);
}

TEST_P(JobLifeTest, WhatHasEndedWhenItsGatewayStopsIsNotRunAgain) {
  std::atomic<bool> is_held = false;
  std::atomic<int> n_held = 0;
  can_run_ = [&] {
    if (is_held) ++n_held;
    while (is_held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return true;
  };
  const auto jobs = Begin();
  const std::string id = Post(*jobs, kSolveJob);
  door_.WaitFor(1);
  is_held = true;
  Await([&] { return n_held > 0; });  // a round that has found nothing new of the job
  Solving(1)(door_.held(0));
  std::thread stopper([&] { jobs->Stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // no round follows
  is_held = false;
  stopper.join();
  const json::object job = Get(*jobs, id);
  EXPECT_EQ(job.at("status"), "done");
  EXPECT_EQ(job.at("result").at("answer"), "42");
}

// One that stood still for longer than its lease, and goes on as if nothing had been.
TEST_P(JobLifeTest, OfTwoThatThinkTheyHaveAJobOneIsHeard) {
  const auto one = Begin(), other = Begin();
  const std::string id = Post(*one, kSolveJob);
  door_.WaitFor(1);
  clock_.Advance(RunnerOptions().lease_ms + 1);
  door_.WaitFor(2);
  for (const int i : {0, 1}) {
    const auto exchange = door_.held(static_cast<size_t>(i));
    BeginStream(*exchange);
    exchange->Write(
        net::SseEvent(json::serialize(json::object{{"type", "result"}, {"answer", i}})));
    exchange->Finish();
  }
  const json::object job = Ended(*other, id);
  EXPECT_EQ(job.at("result").at("answer"), 1);
  EXPECT_EQ(job.at("attempts"), 2);
  EXPECT_EQ(door_.requests()[0].body, door_.requests()[1].body) << "the same seed";
}

// As after kill -9: the first one's lease is never renewed, nor given back.
TEST_P(JobLifeTest, AJobWhoseGatewaysDieAgainAndAgainIsGivenUp) {
  store::Job made;
  made.id = "job-1";
  made.key_id = "key_a";
  made.target = "/v1/solve";
  made.body = "{}";
  ASSERT_TRUE(store_->Create(made, limits_).ok());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(*store_->Claim("dead" + std::to_string(i), 1000));
    clock_.Advance(1001);
  }
  const auto jobs = Begin();
  const json::object job = Ended(*jobs, made.id);
  EXPECT_EQ(job.at("status"), "failed");
  EXPECT_THAT(json::serialize(job.at("error")), HasSubstr("ended 5 times"));
  EXPECT_TRUE(door_.requests().empty());
}

TEST_P(JobLifeTest, AWorkerThatDiesInTheMiddleIsAnAttemptAndTheJobRunsAgain) {
  std::atomic<int> n = 0;
  door_.SetAnswer([&, solving = Solving(1)](std::shared_ptr<net::HttpExchange> exchange) {
    if (n++ > 0) return solving(std::move(exchange));
    BeginStream(*exchange);
    exchange->Write(net::SseEvent(R"({"type":"delta","sample":0,"text":"lost"})"));
    exchange->Write(net::SseEvent(R"({"error":{"code":"worker_failed"}})", "error"));
    exchange->Finish();
  });
  RunnerOptions options;
  options.lease_ms = 3'600'000;
  const auto jobs = Begin(options);
  const std::string id = Post(*jobs, kSolveJob);
  Await([&] {
    clock_.Advance(1000);
    return n >= 2;
  });
  const json::object job = Ended(*jobs, id);
  EXPECT_EQ(job.at("status"), "done");
  EXPECT_EQ(job.at("attempts"), 2);
  const auto events = Ask(*jobs, "GET", "/v1/jobs/" + id + "/events");
  events->Wait();
  EXPECT_THAT(events->response.body, testing::Not(HasSubstr("lost")));
  EXPECT_THAT(events->response.body, HasSubstr(R"("attempt":2)"));
}

TEST_P(JobLifeTest, OfTooMuchTheEventsAreCutAndTheAnswerKept) {
  door_.SetAnswer([solving = Solving(1)](std::shared_ptr<net::HttpExchange> exchange) {
    BeginStream(*exchange);
    const std::string text(100'000, 'x');
    for (size_t n = 0; n < kEventBytesMax + text.size(); n += text.size()) {
      exchange->Write(net::SseEvent(
          json::serialize(json::object{{"type", "delta"}, {"sample", 0}, {"text", text}})));
    }
    solving(exchange);
  });
  const auto jobs = Begin();
  const std::string id = Post(*jobs, kSolveJob);
  const json::object job = Ended(*jobs, id);
  EXPECT_EQ(job.at("result").at("answer"), "42");
  size_t n_bytes = 0;
  std::string last;
  const auto rows = *store_->Events(id, 0, 1000);
  for (const auto& row : rows) {
    n_bytes += row.lines.size();
    last = row.lines;
  }
  EXPECT_LT(n_bytes, kEventBytesMax + 100);
  EXPECT_TRUE(last.ends_with("job {\"type\":\"truncated\"}\n"));
}

TEST_P(JobLifeTest, ReceiversThatNeverAnswerDoNotHoldUpOthers) {
  door_.SetAnswer(Solving(1));
  webhook::Receiver receiver;
  const webhook::Swallower swallower;
  const auto post = [&](Jobs& jobs, const std::string& url) {
    return Post(jobs, R"({"body":{"problem":"x"},"webhook":{"url":")" + url + R"("}})");
  };
  const auto jobs = Begin();
  for (int i = 0; i < 6; ++i) Ended(*jobs, post(*jobs, swallower.url()));
  const auto begin = std::chrono::steady_clock::now();
  const std::string id = post(*jobs, receiver.url());
  Await([&] { return !receiver.requests().empty(); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(12))
      << "two that never answer, not six of them";
  Await([&] { return Get(*jobs, id).at("webhook").at("state") == "delivered"; });
}

TEST_P(JobLifeTest, AReceiverIsToldAgainUntilItTakesItAlsoByAnotherGateway) {
  door_.SetAnswer(Solving(1));
  webhook::Receiver receiver;
  receiver.http_status = 500;
  auto first = Begin();
  const json::object made = Ask(*first, "POST", "/v1/jobs",
                                R"({"body":{"problem":"x"},"webhook":{"url":")" + receiver.url() +
                                    R"(","secret":"shh"}})")
                                ->Json();
  EXPECT_EQ(made.at("webhook").at("secret"), "shh");
  const std::string id(made.at("id").as_string());
  const auto state = [&](Jobs& jobs) {
    return std::string(Get(jobs, id).at("webhook").at("state").as_string());
  };
  Await([&] { return !Get(*first, id).at("webhook").at("error").is_null(); });
  EXPECT_EQ(state(*first), "waiting");
  first->Stop();
  receiver.http_status = 200;
  const auto second = Begin();
  clock_.Advance(webhook::RetryAfterMs(1));
  Await([&] { return state(*second) != "waiting"; });
  EXPECT_EQ(state(*second), "delivered");
  ASSERT_EQ(receiver.requests().size(), 2u);
  for (const net::HttpRequest& request : receiver.requests()) {
    EXPECT_TRUE(webhook::IsSigned(request, "shh"));
    EXPECT_EQ(request.header("x-lemma-delivery"), id);
    const json::object job = ParseJsonObject(request.body, "the message").value();
    EXPECT_EQ(job.at("id"), json::value(id));
    EXPECT_EQ(job.at("result").at("answer"), "42");
    EXPECT_FALSE(job.at("webhook").as_object().contains("secret"));
  }
}

}  // namespace
}  // namespace lemma::jobs
