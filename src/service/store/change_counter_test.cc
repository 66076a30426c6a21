// Property: of a database that was restored from a backup no process takes a change for one that it
// has seen.
#include "service/store/change_counter.h"

#include <gtest/gtest.h>

#include "service/store/key_store.h"
#include "service/store/profile_store.h"
#include "service/store/replica_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

class ChangeCounterTest : public DatabaseTest {};
LEMMA_FOR_BOTH_DATABASES(ChangeCounterTest);

TEST_P(ChangeCounterTest, ARestoredDatabaseComesByNoNumberThatWasSeen) {
  const ManualUnixClock clock(1'000'000);
  const auto database = Open();
  const auto keys = *KeyStore::Open(*database, directory_ / "key-secret", clock);
  ProfileStore profiles(*database, clock);
  ReplicaStore replicas(*database, keys->secret(), clock);
  const auto change_all = [&](const std::string& name) {
    EXPECT_TRUE(keys->Create(Named(name)).ok());
    EXPECT_TRUE(profiles.Save(name, "a text", 1).ok());
    EXPECT_TRUE(replicas.Create(name, "unix:/" + name, "").ok());
  };
  change_all("one");
  const int64_t seen[] = {*keys->Version(), *profiles.Change(), *replicas.Change()};
  ASSERT_TRUE(database
                  ->Write([](soci::session& sql) {
                    sql << "UPDATE change_counters SET value = 0 WHERE name <> 'audit'";
                    return Ok();
                  })
                  .ok());
  change_all("two");
  EXPECT_NE(*keys->Version(), seen[0]);
  EXPECT_NE(*profiles.Change(), seen[1]);
  EXPECT_NE(*replicas.Change(), seen[2]);
}

}  // namespace
}  // namespace lemma::store
