// Properties: an evaluation is asked of the front door as nobody's, one at a time, and its report
// is that of `lemma eval`; what is finished is not asked again after a gateway has ended; a cancel
// ends it; what goes wrong is said.
#include "service/evaluations/evaluation_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/json.h"
#include "common/base/test_threads.h"
#include "service/eval/test_server.h"
#include "service/evaluations/evaluation_report.h"
#include "service/evaluations/test_evaluations.h"

namespace lemma::evaluations {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// Says what computes where it is asked for one token. Answers sums, but those whose first number is
// at least `held_from`, which wait.
class Door {
 public:
  net::HttpHandler handler() {
    return [this](std::shared_ptr<net::HttpExchange> exchange) { Answer(std::move(exchange)); };
  }

  void Hold(int from) {
    const std::lock_guard lock(mutex_);
    held_from_ = from;
  }
  void SayFingerprint(std::string fingerprint) {
    const std::lock_guard lock(mutex_);
    fingerprint_ = std::move(fingerprint);
  }
  void AnswerWith(net::HttpResponse response) {
    const std::lock_guard lock(mutex_);
    fixed_ = std::move(response);
  }
  // Until an exchange waits.
  void WaitUntilHeld() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !held_.empty(); });
  }
  // How often each number was asked.
  std::map<int, int> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  net::HttpRequest last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  bool has_held_that_left() const {
    const std::lock_guard lock(mutex_);
    return std::any_of(held_.begin(), held_.end(), [](const auto& held) { return held->closed(); });
  }

 private:
  void Answer(std::shared_ptr<net::HttpExchange> exchange) {
    const json::object body = json::parse(exchange->request().body).as_object();
    const std::string question(body.at("messages").at(0).at("content").as_string());
    const int n = std::stoi(question.substr(std::string("What is ").size()));
    std::optional<net::HttpResponse> answer;
    {
      const std::lock_guard lock(mutex_);
      if (const json::value* n_tokens = body.if_contains("max_tokens");
          n_tokens && *n_tokens == 1) {
        return exchange->Send(net::HttpResponse::Json(
            200, json::serialize(json::object{{"system_fingerprint", fingerprint_}})));
      }
      ++asked_[n];
      last_ = exchange->request();
      answer = fixed_;
      if (!answer && n >= held_from_) {
        held_.push_back(exchange);
        changed_.notify_all();
        return;
      }
    }
    exchange->Send(answer ? *answer : eval::Chat("It is \\boxed{" + std::to_string(2 * n) + "}."));
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int held_from_ = kProblems;
  std::string fingerprint_ = "these weights";
  std::optional<net::HttpResponse> fixed_;
  std::vector<std::shared_ptr<net::HttpExchange>> held_;
  std::map<int, int> asked_;
  net::HttpRequest last_;
};

class EvaluationRunnerTest : public EvaluationsTest {
 protected:
  std::unique_ptr<EvaluationRunner> Start() {
    RunParts parts;
    parts.store = store_.get();
    parts.sets = sets_.get();
    parts.front_door = front_door_;
    parts.judge = judge_;
    parts.model_of = [this](const std::string& profile) -> Result<std::string> {
      const std::lock_guard lock(mutex_);
      ++(profile == known_ ? n_known_ : n_unknown_);
      asked_for_.notify_all();
      if (profile == known_) return std::string("lemma-mini");
      return NotFound("no profile " + profile);
    };
    return std::make_unique<EvaluationRunner>(std::move(parts));
  }
  // Until it has ended.
  store::Evaluation Ended(const std::string& id) {
    for (;;) {
      store::Evaluation evaluation = *store_->Find(id);
      if (HasEnded(evaluation.status)) return evaluation;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  // Until so many samples of it are stored: it is said after that.
  void WaitUntilStored(const std::string& id, int64_t n) {
    for (int i = 0; i < 6000 && store_->Find(id)->progress.n_done < n; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_EQ(store_->Find(id)->progress.n_done, n);
  }

  Door door_;
  net::HttpHandler front_door_ = door_.handler();
  const reason::Judge* judge_ = nullptr;
  std::mutex mutex_;
  std::condition_variable asked_for_;
  std::string known_ = "math@2";
  int n_known_ = 0, n_unknown_ = 0;
};
LEMMA_FOR_BOTH_DATABASES(EvaluationRunnerTest);

TEST_P(EvaluationRunnerTest, ItsReportIsThatOfLemmaEval) {
  const std::string id = Ask(2, {{"temperature", 0.5}}, 2);
  const auto runner = Start();
  const store::Evaluation done = Ended(id);
  ASSERT_EQ(done.status, store::JobStatus::kDone) << done.error;
  EXPECT_EQ(done.progress.n_right, 2 * kProblems);
  const auto report = ReadStoredReport(done.report, set_);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->settings.profile, "math@2");
  EXPECT_EQ(report->settings.model, "lemma-mini");
  EXPECT_EQ(report->samples.size(), static_cast<size_t>(kProblems));
  EXPECT_EQ(report->samples[3][1].outcome, eval::Outcome::kRight);
  EXPECT_THAT(*HtmlOf(done.report, set_), HasSubstr("Evaluation of lemma-mini on sums"));
  const net::HttpRequest asked = door_.last();
  EXPECT_EQ(asked.path, "/v1/chat/completions");
  EXPECT_EQ(asked.peer, "own:evaluation");
  EXPECT_THAT(asked.header("x-request-id"), testing::StartsWith(id + "-"));
  const json::object body = json::parse(asked.body).as_object();
  EXPECT_EQ(body.at("profile"), "math@2");
  EXPECT_EQ(body.at("temperature"), 0.5);
}

TEST_P(EvaluationRunnerTest, WhatIsFinishedIsNotAskedAgainAfterTheGatewayHasEnded) {
  const std::string id = Ask(2);
  door_.Hold(kProblems / 2);
  auto runner = Start();
  door_.WaitUntilHeld();
  WaitUntilStored(id, kProblems / 2);
  runner->Stop();
  EXPECT_EQ(store_->Find(id)->status, store::JobStatus::kQueued);
  EXPECT_TRUE(door_.has_held_that_left()) << "nobody computes for nobody";
  door_.Hold(kProblems);
  runner = Start();
  EXPECT_EQ(Ended(id).progress.n_right, kProblems);
  const auto asked = door_.asked();
  for (int n = 0; n < kProblems / 2; ++n) EXPECT_EQ(asked.at(n), 1) << n;
}

TEST_P(EvaluationRunnerTest, WhatOtherWeightsHaveSaidIsAskedAgain) {
  const std::string id = Ask(2);
  door_.Hold(kProblems / 2);
  auto runner = Start();
  door_.WaitUntilHeld();
  WaitUntilStored(id, kProblems / 2);
  runner->Stop();
  door_.SayFingerprint("other weights");
  door_.Hold(kProblems);
  runner = Start();
  const store::Evaluation done = Ended(id);
  EXPECT_EQ(done.progress.n_right, kProblems);
  EXPECT_EQ(ReadStoredReport(done.report, set_)->settings.system_fingerprint, "other weights");
  EXPECT_EQ(door_.asked().at(0), 2);
}

TEST_P(EvaluationRunnerTest, ACancelEndsItAndTheNextOneBegins) {
  door_.Hold(0);
  const std::string first = Ask(2);
  const auto runner = Start();
  door_.WaitUntilHeld();
  const std::string second = Ask(2);
  EXPECT_EQ(store_->Find(second)->status, store::JobStatus::kQueued);
  door_.Hold(kProblems);
  ASSERT_TRUE(store_->Cancel(first, by_).ok());
  EXPECT_EQ(Ended(first).status, store::JobStatus::kCancelled);
  EXPECT_EQ(Ended(second).status, store::JobStatus::kDone);
}

TEST_P(EvaluationRunnerTest, WhatTheServerRefusesIsItsError) {
  door_.AnswerWith(net::HttpResponse::Json(404, R"({"error": {"message": "no model x"}})"));
  const std::string id = Ask(2);
  const auto runner = Start();
  EXPECT_THAT(Ended(id).error, HasSubstr("refuses it with 404: no model x"));
}

TEST_P(EvaluationRunnerTest, AProfileThatIsNotHereYetIsWaitedFor) {
  const std::string id = Ask(3);
  const auto runner = Start();
  std::unique_lock lock(mutex_);
  asked_for_.wait(lock, [&] { return n_unknown_ > 0; });
  EXPECT_EQ(store_->Find(id)->status, store::JobStatus::kQueued);
  known_ = "math@3";
  lock.unlock();
  EXPECT_EQ(Ended(id).status, store::JobStatus::kDone);
}

TEST_P(EvaluationRunnerTest, AStopDoesNotWaitForProgramsThatAreJudged) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  judge_ = &*judge;
  std::string tests;  // each of which takes the time that a program may take
  for (int i = 0; i < 50; ++i) {
    tests +=
        std::string(i == 0 ? "" : ", ") + R"({"input": "1", "output": "1", "testtype": "stdin"})";
  }
  const std::string problem = R"({"question_content": "Echo.", "private_test_cases": [], )"
                              R"("public_test_cases": [)" +
                              tests + "]}";
  set_ = *sets_->Create(*NewProblemSet("programs", problem), by_);
  std::atomic<int> n_asked = 0;
  front_door_ = [&](const std::shared_ptr<net::HttpExchange>& exchange) {
    ++n_asked;
    exchange->Send(eval::Chat("```python\nwhile True: pass\n```"));
  };
  const std::string id = Ask(2);
  const auto runner = Start();
  while (n_asked < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the weights too
  std::this_thread::sleep_for(std::chrono::milliseconds(500));                    // a box runs
  const auto begin = std::chrono::steady_clock::now();
  runner->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(store_->Find(id)->status, store::JobStatus::kQueued);
  EXPECT_EQ(store_->Find(id)->progress.n_done, 0);
}

TEST_P(EvaluationRunnerTest, WithoutAThreadForItAnEvaluationWaitsOn) {
  known_ = "";
  const std::string id = Ask(2);
  const auto runner = Start();
  {
    const NoThreads no_threads;
    std::unique_lock lock(mutex_);
    known_ = "math@2";
    asked_for_.wait(lock, [&] { return n_known_ > 1; });  // the second time it has been given back
  }
  const store::Evaluation done = Ended(id);
  EXPECT_EQ(done.status, store::JobStatus::kDone) << done.error;
  EXPECT_EQ(done.n_attempts, 1) << "those without a thread do not count";
}

TEST_P(EvaluationRunnerTest, ProgramsAreRefusedWhereTheyCannotBeRun) {
  set_ = *sets_->Create(
      *NewProblemSet(
          "programs",
          R"({"question_content": "Echo.", "public_test_cases": "[{\"input\": \"1\", )"
          R"(\"output\": \"1\", \"testtype\": \"stdin\"}]", "private_test_cases": "[]"})"),
      by_);
  const std::string id = Ask(2);
  const auto runner = Start();
  EXPECT_EQ(Ended(id).error, "this server runs no programs");
}

TEST(EvaluationRequest, WhatIsWrongIsSaidWithItsField) {
  EXPECT_EQ(NewProblemSet("", Sums()).status().field(), "name");
  const Status line = NewProblemSet("x", Sums() + R"({"problem": "What?"})").status();
  EXPECT_EQ(line.field(), "problems");
  EXPECT_EQ(line.message(), "line 9: answer is missing");
  EXPECT_THAT(NewProblemSet("x", "\n").status().message(), HasSubstr("there is no problem in it"));
  EXPECT_EQ(NewProblemSet("x", std::string(kSetBytesMax + 1, ' ')).status().code(),
            StatusCode::kTooLarge);
  const store::ProblemSet set = *NewProblemSet("x", Sums());
  EXPECT_EQ(NewEvaluation("math", 2, set, 65, {}).status().field(), "samples");
  EXPECT_EQ(NewEvaluation("math", 2, set, 1, {{"model", "m"}}).status().field(), "settings.model");
  EXPECT_EQ(NewEvaluation("math", 2, set, 1, {{"system_fingerprint", "f"}}).status().field(),
            "settings.system_fingerprint");
  EXPECT_EQ(NewEvaluation("math", 2, set, 1, {{"seed", -1}}).status().field(), "settings.seed");
  EXPECT_EQ(NewEvaluation("math", 2, set, 1, {{"strategy", "best"}}).status().field(), "settings");
  EXPECT_EQ(ImportedEvaluation(set, {{"lemma_eval", 1}}).status().field(), "report");
}

}  // namespace
}  // namespace lemma::evaluations
