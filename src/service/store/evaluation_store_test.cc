// Properties: one evaluation runs at a time, whoever asks; another takes over with what is finished
// when a lease ends, and the first can say no more; sets are kept as long as a gate needs them.
#include "service/store/evaluation_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/base/random_id.h"
#include "service/store/gate_store.h"
#include "service/store/problem_set_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using testing::HasSubstr;

constexpr int64_t kLeaseMs = 1000;

class EvaluationStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    database_ = Open();
    store_ = std::make_unique<EvaluationStore>(*database_, clock_);
    sets_ = std::make_unique<ProblemSetStore>(*database_, clock_);
    set_ =
        sets_->Create({.name = "sums", .digest = "d", .n_problems = 2, .lines = "{}\n{}"}, by_)->id;
  }
  std::string Create(int64_t version = 1) {
    clock_.Advance(1);
    return store_
        ->Create(
            {.profile = "math", .version = version, .set_id = set_, .settings = R"({"seed":1})"},
            by_)
        ->id;
  }
  // "": there is nothing to run.
  std::string ClaimNext(const std::string& run) {
    const auto next = *store_->Next();
    return next && *store_->Claim(next->id, run, kLeaseMs) ? next->id : "";
  }

  ManualUnixClock clock_{1'000'000};
  const Actor by_{"alice", "", access::AdminRole::kAdmin};
  std::unique_ptr<Database> database_;
  std::unique_ptr<EvaluationStore> store_;
  std::unique_ptr<ProblemSetStore> sets_;
  std::string set_;
};
LEMMA_FOR_BOTH_DATABASES(EvaluationStoreTest);

TEST_P(EvaluationStoreTest, OneRunsAtATimeTheOldestFirst) {
  const std::string first = Create(), second = Create();
  std::atomic<int> n_claimed = 0;
  InThreads(4, [&](int i) {
    if (!ClaimNext("run" + std::to_string(i)).empty()) ++n_claimed;
  });
  EXPECT_EQ(n_claimed, 1);
  EXPECT_EQ(store_->Find(first)->status, JobStatus::kRunning);
  EXPECT_EQ(store_->Find(second)->status, JobStatus::kQueued);
  EXPECT_FALSE(*store_->Claim(second, "late", kLeaseMs));
}

TEST_P(EvaluationStoreTest, AnotherGoesOnWithWhatIsFinishedAndTheFirstCanSayNoMore) {
  const std::string id = Create();
  ASSERT_EQ(ClaimNext("first"), id);
  ASSERT_TRUE(store_->Begin(id, R"({"seed":1,"model":"m"})")->empty());
  ASSERT_TRUE(store_->AddSample(id, "first", {"p1", 0, R"({"outcome":"right"})"}).ok());
  ASSERT_TRUE(store_->Renew(id, "first", {1, 1, 2}, kLeaseMs)->is_ours);
  EXPECT_EQ(ClaimNext("early"), "");
  clock_.Advance(kLeaseMs + 1);
  ASSERT_EQ(ClaimNext("second"), id);
  EXPECT_FALSE(store_->Renew(id, "first", {2, 2, 2}, kLeaseMs)->is_ours);
  EXPECT_EQ(store_->AddSample(id, "first", {"p2", 0, "{}"}).code(), StatusCode::kCancelled);
  EXPECT_FALSE(*store_->End(id, "first", {2, 2, 2}, {.report = "{}"}));
  const auto samples = *store_->Begin(id, R"({"seed":1,"model":"m"})");
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].problem, "p1");
  EXPECT_TRUE(*store_->End(id, "second", {2, 1, 2}, {.report = R"({"lemma_eval":1})"}));
  const Evaluation done = *store_->Find(id);
  EXPECT_EQ(done.status, JobStatus::kDone);
  EXPECT_EQ(done.report, R"({"lemma_eval":1})");
  EXPECT_EQ(done.progress.n_right, 1);
  EXPECT_EQ(done.n_attempts, 2);
  EXPECT_TRUE(store_->Begin(id, done.settings)->empty()) << "the report has them";
  EXPECT_EQ(store_->List({}, "", 9)->at(0).report, "") << "a list is short";
}

TEST_P(EvaluationStoreTest, OtherSettingsDropWhatIsFinished) {
  const std::string id = Create();
  ASSERT_EQ(ClaimNext("run"), id);
  ASSERT_TRUE(store_->Begin(id, R"({"model":"a"})").ok());
  ASSERT_TRUE(store_->AddSample(id, "run", {"p1", 0, "{}"}).ok());
  ASSERT_TRUE(*store_->GiveBack(id, "run", /*counts=*/false));
  EXPECT_EQ(store_->Find(id)->n_attempts, 0);
  ASSERT_EQ(ClaimNext("again"), id);
  EXPECT_EQ(store_->Begin(id, R"({"model":"a"})")->size(), 1u);
  EXPECT_TRUE(store_->Begin(id, R"({"model":"b"})")->empty());
}

TEST_P(EvaluationStoreTest, ACancelEndsWhatWaitsAndTellsWhatRuns) {
  const std::string running = Create(), waiting = Create(), gone = Create();
  ASSERT_EQ(ClaimNext("run"), running);
  ASSERT_TRUE(store_->Cancel(waiting, by_).ok());
  EXPECT_EQ(store_->Find(waiting)->status, JobStatus::kCancelled);
  ASSERT_TRUE(store_->Cancel(running, by_).ok());
  EXPECT_EQ(store_->Find(running)->status, JobStatus::kRunning);
  EXPECT_TRUE(store_->Renew(running, "run", {}, kLeaseMs)->is_cancel_asked);
  ASSERT_TRUE(*store_->End(running, "run", {}, {.status = JobStatus::kCancelled}));
  ASSERT_EQ(ClaimNext("dies"), gone);
  clock_.Advance(kLeaseMs + 1);
  ASSERT_TRUE(store_->Cancel(gone, by_).ok());
  EXPECT_EQ(store_->Find(gone)->status, JobStatus::kCancelled);
  EXPECT_EQ(store_->Cancel("eval_no", by_).code(), StatusCode::kNotFound);
  EXPECT_EQ(AuditLog(*database_, clock_).Query({.action = "evaluation.cancel"})->size(), 3u);
}

TEST_P(EvaluationStoreTest, AreFoundTheNewestFirstAPageAtATime) {
  std::vector<std::string> made;
  for (int64_t version = 1; version <= 4; ++version) made.push_back(Create(version));
  std::vector<std::string> found;
  for (std::string after; found.size() < made.size(); after = found.back()) {
    const auto page = *store_->List({.profile = "math", .set_id = set_}, after, 1);
    ASSERT_EQ(page.size(), 1u);
    found.push_back(page[0].id);
  }
  EXPECT_EQ(found, std::vector<std::string>(made.rbegin(), made.rend()));
  EXPECT_TRUE(store_->List({}, found.back(), 9)->empty());
  EXPECT_EQ(store_->List({.version = 3}, "", 9)->at(0).id, made[2]);
  EXPECT_TRUE(store_->List({.status = JobStatus::kDone}, "", 9)->empty());
}

TEST_P(EvaluationStoreTest, ASetStaysWhileAGateNeedsItAndThenGoesWithItsEvaluations) {
  GateStore gates(*database_, clock_);
  EXPECT_EQ(gates.Set("math", ProfileGate{"set_no", 0}, by_).field(), "set");
  EXPECT_EQ(gates.Set("math", ProfileGate{set_, 1.5}, by_).field(), "tolerance");
  ASSERT_TRUE(gates.Set("math", ProfileGate{set_, 0.1}, by_).ok());
  ASSERT_TRUE(gates.Set("math", ProfileGate{set_, 0.2}, by_).ok());
  EXPECT_EQ(**gates.Find("math"), (ProfileGate{set_, 0.2}));
  const std::string id = Create();
  ASSERT_EQ(ClaimNext("run"), id);
  EXPECT_THAT(sets_->Delete(set_, by_).message(), HasSubstr("the gate of the profile math"));
  ASSERT_TRUE(gates.Set("math", std::nullopt, by_).ok());
  EXPECT_FALSE(*gates.Find("math"));
  ASSERT_TRUE(sets_->Delete(set_, by_).ok());
  EXPECT_EQ(store_->Find(id).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(store_->Renew(id, "run", {}, kLeaseMs)->is_ours);
  EXPECT_EQ(sets_->Delete(set_, by_).code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->Create({.set_id = set_}, by_).status().field(), "set");
}

TEST_P(EvaluationStoreTest, NamesOfSetsAreUnique) {
  EXPECT_EQ(sets_->Create({.name = "sums"}, by_).status().field(), "name");
  EXPECT_EQ(sets_->List()->size(), 1u);
  EXPECT_EQ(sets_->List()->at(0).lines, "") << "a list is short";
  EXPECT_EQ(sets_->Find(set_)->lines, "{}\n{}");
}

}  // namespace
}  // namespace lemma::store
