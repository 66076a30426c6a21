#include "service/store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "service/access/key_text.h"
#include "service/store/admin_user_store.h"
#include "service/store/alert_store.h"
#include "service/store/audit_log.h"
#include "service/store/evaluation_store.h"
#include "service/store/gate_store.h"
#include "service/store/job_store.h"
#include "service/store/key_store.h"
#include "service/store/load_store.h"
#include "service/store/profile_store.h"
#include "service/store/replica_store.h"
#include "service/store/request_log.h"
#include "service/store/store_limiter.h"
#include "service/store/test_databases.h"
#include "service/store/usage_store.h"

namespace lemma::store {
namespace {

using testing::HasSubstr;

class MigrationsTest : public DatabaseTest {
 protected:
  std::unique_ptr<Database> OpenAsItIs() const {
    return *Database::OpenAsItIs({.address = address_});
  }
};
LEMMA_FOR_BOTH_DATABASES(MigrationsTest);

Status Execute(Database& database, const std::string& statement) {
  return database.Write([&](soci::session& sql) {
    sql << statement;
    return Ok();
  });
}

int Version(Database& database) {
  int version = -1;
  const Status status = database.Read([&](soci::session& sql) {
    sql << "SELECT version FROM schema_version", soci::into(version);
    return Ok();
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return version;
}

// Every version that was ever released holds these, as it wrote them.
void FillVersion(Database& database, int version) {
  if (version >= 1) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO api_keys VALUES ('key_old', 'old', 'inference', '', 60, 1000, "
                        "5000, 2, 0, 0, 0, 0, 1000, 0, 0)")
                    .ok());
    ASSERT_TRUE(
        Execute(database, "INSERT INTO key_secrets VALUES ('oldhandl', 'key_old', 'ff', 1000, 0)")
            .ok());
  }
  if (version >= 2) {
    ASSERT_TRUE(Execute(database, "INSERT INTO day_tokens VALUES ('key_old', 20000, 1234)").ok());
  }
  if (version == 3 || version == 4) {  // later: rows of usage_rollups
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO usage_hours VALUES (480000, 'key_old', 'math', 'm', 200, 3, "
                        "40, 500, 900)")
                    .ok());
  }
  if (version >= 4) {
    ASSERT_TRUE(
        Execute(database, "INSERT INTO profile_versions VALUES ('math', 2, 'a text', 1000)").ok());
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO profile_label_moves VALUES ('math', 'production', 1, 0, "
                        "'1:90 2:10', 1000)")
                    .ok());
  }
  if (version >= 3) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO requests (id, key_id, profile, model, replica, finish_reason, "
                        "http_status, started_ms, queue_ms, first_token_ms, duration_ms, "
                        "prompt_tokens, completion_tokens) VALUES ('r', 'key_old', 'math', 'm', "
                        "'w', 'stop', 200, 5000, 1, 2, 3, 4, 5)")
                    .ok());
  }
  if (version >= 5) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO usage_rollups VALUES (28800000, 60, 'key_old', 'math', '', "
                        "'', 'm', '200', '', '', 3, 40, 500, 0, 0, 0, 900, '', '', '', '', '')")
                    .ok());
  }
  if (version >= 6) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO alert_rules VALUES ('alert_old', 'errors', 'error_rate', 1, "
                        "0.05, 5, 10, 'http://127.0.0.1/hook', 1000, 'firing', 2000, 1, 0.5, '')")
                    .ok());
    ASSERT_TRUE(
        Execute(database, "INSERT INTO alert_filters VALUES ('alert_old', 'task', 'math')").ok());
  }
  if (version >= 7) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO admin_users VALUES ('user_old', 'old', 'owner', 'no hash', "
                        "1000, 0, 1000, '', 0, 0)")
                    .ok());
    ASSERT_TRUE(
        Execute(database, "UPDATE change_counters SET value = 1 WHERE name = 'audit'").ok());
    ASSERT_TRUE(
        Execute(database,
                "INSERT INTO audit_log VALUES (1, 1000, 'old', '', 'key.create', 'key_old', "
                "'{}', 'e6ebb10f5248c48e588890312eab9f6d1606a2dc10adb0292a0dc79bd1ec6341')")
            .ok());
  }
  if (version >= 8) {
    const std::string added = version >= 13 ? ", 0, ''" : version >= 11 ? ", 0" : "";
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO jobs VALUES ('job-old', 'key_old', 'i', 'd', '/v1/solve', "
                        "'{}', 'queued', 1000, 0, 0, 0, '', 0, 0, 0, 0, '', 0, '', '', '', '', 0, "
                        "0, ''" +
                            added + ")")
                    .ok());
  }
  if (version >= 9) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO replicas VALUES ('replica_old', 'old', 'unix:/old', '', 1, "
                        "1000)")
                    .ok());
  }
  if (version >= 10) {
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO problem_sets VALUES ('set_old', 'old', 'd', 1, 'old', 1000, "
                        "'{}')")
                    .ok());
    ASSERT_TRUE(Execute(database,
                        "INSERT INTO evaluations VALUES ('eval_old', 'math', 2, 'set_old', 1, "
                        "'{}', 0, 'old', 'queued', 1000, 0, 0, '', 0, 0, 0, 0, 0, 0, '', '')")
                    .ok());
    ASSERT_TRUE(
        Execute(database, "INSERT INTO evaluation_samples VALUES ('eval_old', '1', 0, '{}')").ok());
    ASSERT_TRUE(
        Execute(database, "INSERT INTO profile_gates VALUES ('math', 'set_old', 0.5)").ok());
  }
  if (version >= 12) {
    ASSERT_TRUE(
        Execute(database, "INSERT INTO load_minutes VALUES (1, 'old', 1, 0, 1, 0.5, NULL, NULL)")
            .ok());
  }
}

TEST_P(MigrationsTest, FromEveryEarlierVersionNothingIsLost) {
  for (int version = 0; version <= LatestVersion(); ++version) {
    SetUp();
    const auto database = OpenAsItIs();
    ASSERT_TRUE(Migrate(*database, version).ok());
    EXPECT_EQ(Version(*database), version);
    FillVersion(*database, version);
    ASSERT_TRUE(Migrate(*database, LatestVersion()).ok());
    EXPECT_EQ(Version(*database), LatestVersion());

    const SystemUnixClock clock;
    const auto keys = *KeyStore::Open(*database, directory_ / "key-secret", clock);
    ASSERT_TRUE(keys->Create(Named("new")).ok());
    EXPECT_EQ(keys->List()->size(), version >= 1 ? 2u : 1u);
    if (version >= 1) {
      EXPECT_EQ(keys->Find("old")->spec.limits.tokens_per_day, 5000);
      EXPECT_EQ(keys->Find("old")->handle, "oldhandl");
    }
    StoreLimiter limiter(*database, clock);
    EXPECT_EQ(*limiter.DayTokens("key_old", 20000), version >= 2 ? 1234 : 0);
    RequestLog log(*database);
    EXPECT_EQ((*log.Find("r")).has_value(), version >= 3);
    const UsageReport usage = *UsageStore(*database).Query(
        {.from_ms = 480'000 * int64_t{3'600'000}, .to_ms = 480'001 * int64_t{3'600'000}});
    const UsageCounts expected = {.n_requests = 3,
                                  .n_errors = 0,
                                  .prompt_tokens = 40,
                                  .completion_tokens = 500,
                                  .thinking_tokens = 0,
                                  .n_truncated = 0,
                                  .n_looped = 0,
                                  .duration_ms = 900};
    EXPECT_EQ(usage.total.counts, version >= 3 ? expected : UsageCounts());
    EXPECT_EQ(AlertStore(*database, clock).List()->size(), version >= 6 ? 1u : 0u);
    ProfileStore profiles(*database, clock);
    EXPECT_EQ(*profiles.Save("math", "another text", /*first_version=*/2), version >= 4 ? 3 : 2);
    EXPECT_EQ(profiles.Snapshot()->labels.size(), version >= 4 ? 1u : 0u);
    EXPECT_EQ(AdminUserStore(*database, keys->secret(), clock).List()->size(),
              version >= 7 ? 1u : 0u);
    const auto verified = AuditLog(*database, clock).Verify();
    EXPECT_TRUE(verified.ok()) << verified.status().message();
    JobStore jobs(*database, keys->secret(), clock);
    EXPECT_EQ(jobs.Claim("run", 1000)->has_value(), version >= 8);
    ReplicaStore replicas(*database, keys->secret(), clock);
    EXPECT_EQ(replicas.Snapshot()->replicas.size(), version >= 9 ? 1u : 0u);
    EXPECT_EQ(EvaluationStore(*database, clock).Next()->has_value(), version >= 10);
    EXPECT_EQ(GateStore(*database, clock).Find("math")->has_value(), version >= 10);
    EXPECT_EQ(LoadStore(*database).Query({.to_ms = 120'000})->size(), version >= 12 ? 1u : 0u);
  }
}

TEST_P(MigrationsTest, ANewerDatabaseIsRefusedAndUntouched) {
  const auto database = Open();
  ASSERT_TRUE(Execute(*database, "UPDATE schema_version SET version = 99").ok());
  const Status status = Database::Open({.address = address_}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("schema version 99"));
  EXPECT_THAT(status.message(), HasSubstr("newer Lemma"));
  EXPECT_EQ(Version(*database), 99);
}

TEST_P(MigrationsTest, OneThatFailsLeavesTheDatabaseAsItWas) {
  const auto database = OpenAsItIs();
  ASSERT_TRUE(Migrate(*database, 1).ok());
  FillVersion(*database, 1);
  // The last table of version 2 is there already: its first one is made, and undone.
  ASSERT_TRUE(Execute(*database, "CREATE TABLE reservations (id TEXT)").ok());
  EXPECT_FALSE(Migrate(*database, 2).ok());
  EXPECT_EQ(Version(*database), 1);
  EXPECT_FALSE(Execute(*database, "SELECT * FROM limit_buckets").ok());
  ASSERT_TRUE(Execute(*database, "DROP TABLE reservations").ok());
  EXPECT_TRUE(Migrate(*database, 2).ok());
}

TEST_P(MigrationsTest, ManyAtOnceMigrateOnce) {
  std::vector<std::unique_ptr<Database>> databases(6);
  for (auto& database : databases) database = OpenAsItIs();
  InThreads(6, [&](int i) {
    const Status status = Migrate(*databases[static_cast<size_t>(i)], LatestVersion());
    EXPECT_TRUE(status.ok()) << status.message();
  });
  int64_t n_counters = 0;
  EXPECT_TRUE(databases[0]
                  ->Read([&](soci::session& sql) {
                    sql << "SELECT count(*) FROM change_counters", soci::into(n_counters);
                    return Ok();
                  })
                  .ok());
  EXPECT_EQ(n_counters, 5) << "keys, profiles, the audit log, replicas, evaluations";
}

TEST(PostgresqlMigrationsTest, NeitherALongStatementNorALongWaitEndsOne) {
  const std::string address = NewPostgresqlDatabase();
  ASSERT_FALSE(address.empty());
  constexpr auto kWaitMax = std::chrono::milliseconds(100);
  std::vector<std::unique_ptr<Database>> databases(2);
  for (auto& database : databases) {
    database =
        *Database::OpenAsItIs({.address = address, .n_connections = 1, .wait_max = kWaitMax});
  }
  // Version 1 has five statements that are as slow as this.
  ASSERT_TRUE(Execute(*databases[0],
                      "CREATE FUNCTION slow_down() RETURNS event_trigger LANGUAGE plpgsql AS $$ "
                      "BEGIN PERFORM pg_sleep(0.1); "
                      "IF current_setting('statement_timeout') <> '0' THEN "
                      "RAISE EXCEPTION 'it is cut off'; END IF; END $$")
                  .ok());
  ASSERT_TRUE(Execute(*databases[0],
                      "CREATE EVENT TRIGGER slow ON ddl_command_start "
                      "EXECUTE FUNCTION slow_down()")
                  .ok());
  InThreads(2, [&](int i) {
    const Status status = Migrate(*databases[static_cast<size_t>(i)], 1);
    EXPECT_TRUE(status.ok()) << status.message();
  });
  for (const auto& database : databases) {
    std::string statement_timeout, lock_timeout;
    EXPECT_TRUE(database
                    ->Read([&](soci::session& sql) {
                      sql << "SHOW statement_timeout", soci::into(statement_timeout);
                      sql << "SHOW lock_timeout", soci::into(lock_timeout);
                      return Ok();
                    })
                    .ok());
    EXPECT_EQ(statement_timeout, "10s");
    EXPECT_EQ(lock_timeout, "100ms");
  }
}

}  // namespace
}  // namespace lemma::store
