#include "service/store/replica_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <atomic>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReplicaStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
  }
  std::unique_ptr<Database> database_;
  std::optional<access::KeySecret> secret_;
  ManualUnixClock clock_{1'000'000};
};
LEMMA_FOR_BOTH_DATABASES(ReplicaStoreTest);

TEST_P(ReplicaStoreTest, WhatOneProcessAddsAnotherSees) {
  const auto another = Open();
  ReplicaStore here(*database_, *secret_, clock_), there(*another, *secret_, clock_);
  const int64_t before = *there.Change();
  const StoredReplica made = *here.Create("gpu", "gpu1:8000,name=gpu", "sk-planted");
  clock_.Advance(1);
  ASSERT_TRUE(here.Create("far", "unix:/far", "").ok());
  EXPECT_GT(*there.Change(), before);
  ReplicaSnapshot seen = *there.Snapshot();
  ASSERT_EQ(seen.replicas.size(), 2u);
  EXPECT_EQ(seen.replicas[0].id, made.id);
  EXPECT_EQ(seen.replicas[0].name, "gpu");
  EXPECT_EQ(seen.replicas[0].spec, "gpu1:8000,name=gpu");
  EXPECT_EQ(seen.replicas[0].key, "sk-planted");
  EXPECT_EQ(seen.replicas[1].key, "");
  EXPECT_FALSE(seen.replicas[0].is_draining);
  ASSERT_TRUE(here.SetDraining(made.id, true).ok());
  EXPECT_NE(*there.Change(), seen.change);
  EXPECT_TRUE(there.Snapshot()->replicas[0].is_draining);
  ASSERT_TRUE(here.Delete(made.id).ok());
  seen = *there.Snapshot();
  ASSERT_EQ(seen.replicas.size(), 1u);
  EXPECT_EQ(seen.change, *there.Change());
  EXPECT_EQ(here.Delete(made.id).code(), StatusCode::kNotFound);
  EXPECT_EQ(here.SetDraining(made.id, true).code(), StatusCode::kNotFound);
}

TEST_P(ReplicaStoreTest, AKeyIsInNoColumnAndEveryChangeIsAudited) {
  ReplicaStore replicas(*database_, *secret_, clock_);
  const std::string id = replicas.Create("gpu", "gpu1:8000", "sk-planted")->id;
  ASSERT_TRUE(replicas.SetDraining(id, true).ok());
  ASSERT_TRUE(replicas.SetDraining(id, false).ok());
  std::string sealed;
  ASSERT_TRUE(database_
                  ->Read([&](soci::session& sql) {
                    sql << "SELECT sealed_key FROM replicas", soci::into(sealed);
                    return Ok();
                  })
                  .ok());
  EXPECT_THAT(sealed, Not(HasSubstr("planted")));
  ASSERT_TRUE(replicas.Delete(id).ok());
  AuditLog audit(*database_, clock_);
  std::string actions;
  AuditFilter of_it;
  of_it.target = id;
  const auto entries = *audit.Query(of_it);
  for (const AuditEntry& entry : entries) {
    actions += entry.action + " ";
    EXPECT_THAT(entry.details, Not(HasSubstr("planted")));
  }
  EXPECT_EQ(actions, "replica.delete replica.undrain replica.drain replica.create ");
  EXPECT_TRUE(audit.Verify().ok());
}

TEST_P(ReplicaStoreTest, WithAnotherSecretAKeyIsNotRead) {
  ASSERT_TRUE(ReplicaStore(*database_, *secret_, clock_).Create("a", "unix:/a", "sk").ok());
  const auto other = *access::KeySecret::LoadOrCreate(directory_ / "other-secret");
  EXPECT_EQ(ReplicaStore(*database_, other, clock_).Snapshot().status().code(),
            StatusCode::kDataLoss);
}

TEST_P(ReplicaStoreTest, ANameIsThereOnceWhoeverIsFaster) {
  std::atomic<int> n_made{0};
  std::atomic<int> n_refused{0};
  InThreads(4, [&](int) {
    const auto made = ReplicaStore(*database_, *secret_, clock_).Create("gpu", "gpu1:1", "");
    n_made += made.ok();
    n_refused += made.status().field() == "spec";
  });
  EXPECT_EQ(n_made, 1);
  EXPECT_EQ(n_refused, 3);
}

}  // namespace
}  // namespace lemma::store
