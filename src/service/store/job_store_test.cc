// Properties: a job is made once for an idempotency key, runs in one place at a time, is never lost
// with the gateway that ran it and never ends twice.
#include "service/store/job_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>

#include "common/base/random_id.h"
#include "service/store/key_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

constexpr int64_t kLeaseMs = 1000;
constexpr JobLimits kLimits;

class JobStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
    store_ = std::make_unique<JobStore>(*database_, *secret_, clock_);
  }
  static Job Asked(const std::string& key_id, const std::string& idempotency_key = "") {
    Job job;
    job.id = "job-" + RandomHex();
    job.key_id = key_id;
    job.idempotency_key = idempotency_key;
    job.digest = "d";
    job.target = "/v1/solve";
    job.body = "{}";
    return job;
  }
  std::string Create(const Job& job) { return store_->Create(job, kLimits)->job.id; }
  JobStatus StatusOf(const std::string& id) { return (*store_->Find("key_a", id))->status; }

  ManualUnixClock clock_{1'000'000};
  std::unique_ptr<Database> database_;
  std::optional<access::KeySecret> secret_;
  std::unique_ptr<JobStore> store_;
};
LEMMA_FOR_BOTH_DATABASES(JobStoreTest);

TEST_P(JobStoreTest, FiftyPostsOfOneIdempotencyKeyMakeOneJob) {
  std::atomic<int> n_new = 0;
  std::vector<std::string> ids(50);
  InThreads(50, [&](int i) {
    const auto created = store_->Create(Asked("key_a", "once"), kLimits);
    ASSERT_TRUE(created.ok()) << created.status().message();
    ids[static_cast<size_t>(i)] = created->job.id;
    if (created->is_new) ++n_new;
  });
  EXPECT_EQ(n_new, 1);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_NE(Create(Asked("key_b", "once")), ids[0]) << "scoped to the key";
  EXPECT_NE(Create(Asked("key_a")), Create(Asked("key_a"))) << "without one each is new";
}

TEST_P(JobStoreTest, EachIsClaimedOnce) {
  std::set<std::string> made;
  for (int i = 0; i < 20; ++i) made.insert(Create(Asked("key_a")));
  std::vector<std::vector<std::string>> claimed(4);
  InThreads(4, [&](int i) {
    for (int n_idle = 0; n_idle < 20;) {  // nothing may also mean that another was faster
      const auto job = store_->Claim(std::to_string(i) + RandomHex(), kLeaseMs);
      ASSERT_TRUE(job.ok()) << job.status().message();
      if (*job) claimed[static_cast<size_t>(i)].push_back((*job)->id);
      n_idle = *job ? 0 : n_idle + 1;
    }
  });
  std::vector<std::string> all;
  for (const auto& each : claimed) all.insert(all.end(), each.begin(), each.end());
  EXPECT_EQ(all.size(), made.size());
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), made);
}

TEST_P(JobStoreTest, TheKeyWithTheFewestThatRunGoesFirst) {
  std::vector<std::string> made;
  for (const char* key_id : {"key_a", "key_a", "key_a", "key_b", "key_b"}) {
    made.push_back(Create(Asked(key_id)));
    clock_.Advance(1);
  }
  std::vector<std::string> claimed;
  const auto claim = [&] {
    const auto job = *store_->Claim("run " + std::to_string(claimed.size()), kLeaseMs);
    claimed.push_back(job ? job->id : "");
  };
  for (int i = 0; i < 3; ++i) claim();
  EXPECT_EQ(claimed, (std::vector<std::string>{made[0], made[3], made[1]}));
  ASSERT_TRUE(*store_->End(made[0], "run 0", {}, {JobStatus::kDone, 200, "{}"}));
  ASSERT_TRUE(*store_->End(made[1], "run 2", {}, {JobStatus::kDone, 200, "{}"}));
  claim();
  EXPECT_EQ(claimed[3], made[2]) << "the other key has one that runs";
  claim();
  EXPECT_EQ(claimed[4], made[4]);
}

TEST_P(JobStoreTest, AnotherTakesOverWhenTheLeaseEndsAndTheFirstCanSayNoMore) {
  const std::string id = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  clock_.Advance(kLeaseMs - 1);
  EXPECT_TRUE(*store_->Save(id, "first", {"{}", " 1\n 2\n", 2}, kLeaseMs));
  clock_.Advance(kLeaseMs);
  EXPECT_FALSE(*store_->Claim("second", kLeaseMs)) << "the lease was renewed";
  clock_.Advance(1);
  const auto again = *store_->Claim("second", kLeaseMs);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->n_attempts, 2);
  EXPECT_EQ(again->n_events, 2) << "offsets go on";
  EXPECT_TRUE(store_->Events(id, 0, 10)->empty()) << "what the first said is dropped";
  EXPECT_FALSE(*store_->Save(id, "first", {"{}", " 3\n", 1}, kLeaseMs));
  EXPECT_FALSE(*store_->End(id, "first", {}, {JobStatus::kDone, 200, "wrong"}));
  EXPECT_FALSE(*store_->GiveBack(id, "first", {}, 0, /*counts=*/true));
  EXPECT_TRUE(*store_->End(id, "second", {"{}", " 4\n", 1}, {JobStatus::kDone, 200, "right"}));
  EXPECT_FALSE(*store_->End(id, "second", {}, {JobStatus::kFailed, 500, "twice"}));
  const auto job = *store_->Find("key_a", id);
  EXPECT_EQ(job->result, "right");
  EXPECT_EQ(job->status, JobStatus::kDone);
  const auto events = *store_->Events(id, 0, 10);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].first, 2);
  EXPECT_EQ(events[0].lines, " 4\n");
}

TEST_P(JobStoreTest, WhatIsGivenBackRunsWhenItIsDueAndDoesNotCount) {
  const std::string id = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  ASSERT_TRUE(*store_->GiveBack(id, "first", {"", "job {}\n", 1}, 50, /*counts=*/false));
  EXPECT_EQ(StatusOf(id), JobStatus::kQueued);
  EXPECT_EQ(store_->Events(id, 0, 10)->at(0).lines, "job {}\n") << "why, until it is claimed again";
  EXPECT_FALSE(*store_->Claim("second", kLeaseMs));
  clock_.Advance(50);
  const auto again = *store_->Claim("second", kLeaseMs);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->n_attempts, 1);
}

TEST_P(JobStoreTest, CancelEndsWhatWaitsAndAsksWhatRuns) {
  const std::string runs = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  const std::string waits = Create(Asked("key_a"));
  for (const std::string& id : {runs, waits}) ASSERT_TRUE(store_->Cancel(id).ok());
  EXPECT_EQ(StatusOf(waits), JobStatus::kCancelled);
  EXPECT_EQ(StatusOf(runs), JobStatus::kRunning);
  EXPECT_EQ(*store_->CancelAsked(), std::vector<std::string>{runs});
  clock_.Advance(kLeaseMs + 1);  // whoever ran it is gone
  ASSERT_TRUE(store_->Cancel(runs).ok());
  EXPECT_EQ(StatusOf(runs), JobStatus::kCancelled);
}

TEST_P(JobStoreTest, WhatIsForgottenGoesWhenItHasEnded) {
  const std::string runs = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  ASSERT_TRUE(
      *store_->Save(runs, "first", {.progress = "", .lines = " 1\n", .n_lines = 1}, kLeaseMs));
  const std::string waits = Create(Asked("key_a"));
  const std::string stays = Create(Asked("key_a"));
  for (const std::string& id : {runs, waits}) ASSERT_TRUE(store_->Forget(id).ok());
  EXPECT_FALSE(*store_->Find("key_a", waits));
  EXPECT_EQ(StatusOf(runs), JobStatus::kRunning);
  EXPECT_EQ(*store_->CancelAsked(), std::vector<std::string>{runs});
  EXPECT_TRUE(*store_->End(runs, "first", {}, {.status = JobStatus::kCancelled, .result = ""}));
  EXPECT_FALSE(*store_->Find("key_a", runs));
  EXPECT_TRUE(store_->Events(runs, 0, 10)->empty());
  EXPECT_EQ(StatusOf(stays), JobStatus::kQueued);

  ASSERT_TRUE(*store_->Claim("second", kLeaseMs));
  ASSERT_TRUE(*store_->End(stays, "second", {}, {.status = JobStatus::kDone, .result = "{}"}));
  ASSERT_TRUE(store_->Forget(stays).ok());
  EXPECT_FALSE(*store_->Find("key_a", stays));
  EXPECT_TRUE(store_->Forget(stays).ok()) << "it is not there any more";
}

TEST_P(JobStoreTest, WhatWasAskedIsKeptAfterTheEndWhereItsKeyKeepsContent) {
  auto keys = KeyStore::Open(*database_, directory_ / "key-secret", clock_);
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  access::KeySpec spec;
  spec.name = "keeps";
  spec.keeps_content = true;
  const std::string keeps = (*keys)->Create(spec)->key.id;
  for (const std::string& key_id : {keeps, std::string("key_a"), std::string()}) {
    const std::string runs = Create(Asked(key_id));
    clock_.Advance(1);  // the older one is claimed
    const std::string waits = Create(Asked(key_id));
    ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
    EXPECT_EQ((*store_->Find(key_id, runs))->body, "{}");
    ASSERT_TRUE(*store_->End(runs, "first", {}, {.status = JobStatus::kDone, .result = "{}"}));
    ASSERT_TRUE(store_->Cancel(waits).ok());
    for (const std::string& id : {runs, waits}) {
      EXPECT_EQ((*store_->Find(key_id, id))->body, key_id == keeps ? "{}" : "");
    }
  }
}

TEST_P(JobStoreTest, WaitingJobsAreBoundedForAKeyAndForAll) {
  const JobLimits limits{.waiting_max = 3, .key_waiting_max = 2};
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(store_->Create(Asked("key_a", std::to_string(i)), limits).ok());
  EXPECT_EQ(store_->Create(Asked("key_a"), limits).status().code(), StatusCode::kRateLimited);
  EXPECT_TRUE(store_->Create(Asked("key_a", "0"), limits).ok()) << "it is there already";
  ASSERT_TRUE(store_->Create(Asked("key_b"), limits).ok());
  EXPECT_EQ(store_->Create(Asked("key_c"), limits).status().code(), StatusCode::kUnavailable);
}

TEST_P(JobStoreTest, EventsAreFoundFromEveryOffset) {
  const std::string id = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  for (const char* lines : {" 0\n 1\n 2\n", " 3\n 4\n 5\n"}) {
    ASSERT_TRUE(*store_->Save(id, "first", {"", lines, 3}, kLeaseMs));
  }
  for (int64_t offset = 0; offset <= 7; ++offset) {
    const auto events = *store_->Events(id, offset, 10);
    ASSERT_EQ(events.size(), offset < 3 ? 2u : offset < 6 ? 1u : 0u) << offset;
  }
  EXPECT_EQ(store_->Events(id, 0, 1)->size(), 1u);
}

TEST_P(JobStoreTest, PagesHoldEachJobOfAKeyOnceTheNewestFirst) {
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) {
    made.push_back(Create(Asked("key_a")));
    clock_.Advance(i % 2);  // some were made at the same time
    Create(Asked("key_b"));
  }
  std::vector<std::string> listed;
  std::string after;
  int64_t created_ms = INT64_MAX;
  for (int i = 0; i < 4; ++i) {
    const auto page = *store_->List({.key_id = "key_a"}, after, 2);
    for (const Job& job : page) {
      listed.push_back(after = job.id);
      EXPECT_LE(job.created_ms, created_ms);
      created_ms = job.created_ms;
    }
  }
  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()),
            std::set<std::string>(made.begin(), made.end()));
  EXPECT_EQ(listed.size(), made.size());
}

TEST_P(JobStoreTest, AListIsWithoutWhatWasAskedAndAnswered) {
  const std::string id = Create(Asked("key_a"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  ASSERT_TRUE(*store_->Save(id, "first", {R"({"n":1})", "", 0}, kLeaseMs));
  const auto listed = [&] { return store_->List({.key_id = "key_a"}, "", 9)->at(0); };
  EXPECT_EQ(listed().body, "");
  EXPECT_EQ(listed().progress, R"({"n":1})");
  ASSERT_TRUE(*store_->End(id, "first", {R"({"n":2})", "", 0}, {JobStatus::kFailed, 504, "{}"}));
  EXPECT_EQ(listed().result, "");
  EXPECT_EQ(listed().status, JobStatus::kFailed);
  EXPECT_EQ(listed().http_status, 504);
  EXPECT_EQ((*store_->Find("key_a", id))->result, "{}");
}

TEST_P(JobStoreTest, AreSearchedOverAllKeys) {
  Job chat = Asked("");
  chat.target = "/generate";
  const std::string of_a = Create(Asked("key_a"));
  clock_.Advance(1);
  const std::string of_nobody = Create(chat);
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  const auto ids = [&](const JobSearch& search) {
    std::vector<std::string> found;
    const auto jobs = *store_->List(search, "", 9);
    for (const Job& job : jobs) found.push_back(job.id);
    return found;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids({}), (Ids{of_nobody, of_a}));
  EXPECT_EQ(ids({.key_id = ""}), Ids{of_nobody});
  EXPECT_EQ(ids({.status = JobStatus::kRunning}), Ids{of_a});
  EXPECT_EQ(ids({.target = "/generate"}), Ids{of_nobody});
  EXPECT_EQ(ids({.status = JobStatus::kRunning, .target = "/generate"}), Ids{});
  EXPECT_TRUE(*store_->Find(std::nullopt, of_a));
}

TEST_P(JobStoreTest, AWebhookIsDueOnceAtATimeUntilItIsSettled) {
  Job asked = Asked("key_a");
  asked.webhook.url = "http://x/";
  asked.webhook.secret = "shared secret";
  const std::string id = Create(asked);
  EXPECT_FALSE(*store_->ClaimWebhook(100)) << "the job has not ended";
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  ASSERT_TRUE(*store_->End(id, "first", {}, {JobStatus::kDone, 200, "{}"}));
  std::atomic<int> n_claimed = 0;
  InThreads(4, [&](int) {
    if (*store_->ClaimWebhook(100)) ++n_claimed;
  });
  EXPECT_EQ(n_claimed, 1);
  clock_.Advance(100);  // who claimed it was killed
  EXPECT_EQ((*store_->ClaimWebhook(100))->webhook.n_attempts, 2);
  ASSERT_TRUE(store_->SaveWebhook(id, "waiting", 500, "it was away").ok());
  clock_.Advance(499);
  EXPECT_FALSE(*store_->ClaimWebhook(100));
  clock_.Advance(1);
  const Job claimed = **store_->ClaimWebhook(100);
  EXPECT_EQ(*store_->WebhookSecret(claimed), "shared secret");
  EXPECT_EQ(claimed.webhook.secret.find("shared"), std::string::npos) << "the row has it sealed";
  const auto other = *access::KeySecret::LoadOrCreate(directory_ / "other-secret");
  EXPECT_EQ(JobStore(*database_, other, clock_).WebhookSecret(claimed).status().code(),
            StatusCode::kDataLoss);
  ASSERT_TRUE(store_->SaveWebhook(id, "delivered", 0, "").ok());
  clock_.Advance(1000);
  EXPECT_FALSE(*store_->ClaimWebhook(100));
  EXPECT_EQ((*store_->Find("key_a", id))->webhook.secret, "");
}

TEST_P(JobStoreTest, ReceiversThatWereTriedLessOftenGoFirst) {
  std::vector<std::string> ids;
  for (const char* run : {"first", "second"}) {
    Job job = Asked("key_a");
    job.webhook.url = "https://receiver.example/";
    ids.push_back(Create(job));
    ASSERT_TRUE(*store_->Claim(run, kLeaseMs));
    ASSERT_TRUE(*store_->End(ids.back(), run, {}, {JobStatus::kDone, 200, "{}"}));
    if (ids.size() == 1) {  // it fails, and is due again before the second one has ended
      ASSERT_TRUE(*store_->ClaimWebhook(100));
      ASSERT_TRUE(store_->SaveWebhook(ids[0], "waiting", 10, "nobody answers").ok());
    }
    clock_.Advance(1000);
  }
  EXPECT_EQ((*store_->ClaimWebhook(100'000))->id, ids[1]);
  EXPECT_EQ((*store_->ClaimWebhook(100'000))->id, ids[0]);
  EXPECT_FALSE(*store_->ClaimWebhook(100'000));
}

TEST_P(JobStoreTest, WhatEndedLongAgoGoesWithItsEvents) {
  const std::string old = Create(Asked("key_a", "k"));
  ASSERT_TRUE(*store_->Claim("first", kLeaseMs));
  ASSERT_TRUE(*store_->End(old, "first", {"", " 0\n", 1}, {JobStatus::kDone, 200, "{}"}));
  const std::string waits = Create(Asked("key_a"));
  clock_.Advance(1000);
  ASSERT_TRUE(store_->DeleteOlder(1000).ok());
  EXPECT_TRUE(*store_->Find("key_a", old));
  std::stop_source stopped;
  stopped.request_stop();
  ASSERT_TRUE(store_->DeleteOlder(999, stopped.get_token()).ok());
  EXPECT_TRUE(*store_->Find("key_a", old)) << "a stop waits for no batch that has not begun";
  ASSERT_TRUE(store_->DeleteOlder(999).ok());
  EXPECT_FALSE(*store_->Find("key_a", old));
  EXPECT_TRUE(store_->Events(old, 0, 10)->empty());
  EXPECT_TRUE(*store_->Find("key_a", waits));
  EXPECT_FALSE(*store_->Find("key_b", waits)) << "another key's";
  EXPECT_NE(Create(Asked("key_a", "k")), old) << "its idempotency key went with it";
}

}  // namespace
}  // namespace lemma::store
