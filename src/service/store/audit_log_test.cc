#include "service/store/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "service/store/admin_user_store.h"
#include "service/store/audit_rows.h"
#include "service/store/key_store.h"
#include "service/store/profile_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using testing::HasSubstr;
using testing::Not;

class AuditLogTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    log_.emplace(*database_, clock_);
  }
  Status Execute(const std::string& statement) {
    return database_->Write([&](soci::session& sql) {
      sql << statement;
      return Ok();
    });
  }
  void AppendThree() {
    for (const char* target : {"a", "b", "c"}) {
      ASSERT_TRUE(log_->Append({"alice", "127.0.0.1"}, "key.create", target, {{"n", 1}}).ok());
    }
  }
  // As somebody who owns the file or the server may.
  void DropTriggers() {
    if (is_postgresql()) {
      ASSERT_TRUE(Execute("DROP TRIGGER audit_log_change ON audit_log").ok());
      return;
    }
    ASSERT_TRUE(Execute("DROP TRIGGER audit_log_update").ok());
    ASSERT_TRUE(Execute("DROP TRIGGER audit_log_delete").ok());
  }

  ManualUnixClock clock_{1'800'000'000'000};
  std::unique_ptr<Database> database_;
  std::optional<AuditLog> log_;
};
LEMMA_FOR_BOTH_DATABASES(AuditLogTest);

TEST_P(AuditLogTest, TheDatabaseRefusesToChangeOrDeleteAnEntry) {
  AppendThree();
  for (const char* statement :
       {"UPDATE audit_log SET actor = 'bob' WHERE number = 2",
        "DELETE FROM audit_log WHERE number = 3", "DELETE FROM audit_log"}) {
    EXPECT_THAT(Execute(statement).message(), HasSubstr("append-only")) << statement;
  }
  if (!is_postgresql()) {
    EXPECT_THAT(
        Execute("REPLACE INTO audit_log SELECT number, at_ms, 'bob', address, action, target,"
                " details, hash FROM audit_log WHERE number = 2")
            .message(),
        HasSubstr("append-only"));
  }
  if (is_postgresql()) {
    EXPECT_THAT(Execute("TRUNCATE audit_log").message(), HasSubstr("append-only"));
  }
  EXPECT_EQ(log_->Verify()->number, 3);
}

TEST_P(AuditLogTest, AChangeBehindItsBackIsFound) {
  AppendThree();
  const AuditHead head = *log_->Verify();
  DropTriggers();
  ASSERT_TRUE(Execute("UPDATE audit_log SET actor = 'bob' WHERE number = 2").ok());
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("entry 2 "));
  ASSERT_TRUE(Execute("UPDATE audit_log SET actor = 'alice' WHERE number = 2").ok());
  EXPECT_TRUE(log_->Verify().ok());
  ASSERT_TRUE(Execute("DELETE FROM audit_log WHERE number = 3").ok());
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("entry 3 is missing"));
  // Also where the count is made to fit: by the head that was noted.
  ASSERT_TRUE(Execute("UPDATE change_counters SET value = 2 WHERE name = 'audit'").ok());
  EXPECT_TRUE(log_->Verify().ok());
  EXPECT_THAT(log_->Verify(head).status().message(), HasSubstr("entry 3 is missing"));
  ASSERT_TRUE(log_->Append({"bob", ""}, "key.create", "c").ok());
  EXPECT_TRUE(log_->Verify().ok());
  EXPECT_THAT(log_->Verify(head).status().message(), HasSubstr("another one"));
}

TEST_P(AuditLogTest, ALogOfManyPagesIsReadToItsEnd) {
  constexpr int64_t kEntries = 2000;  // two pages, to the entry
  ASSERT_TRUE(database_
                  ->Write([&](soci::session& sql) {
                    for (int64_t i = 0; i < kEntries; ++i) AppendAudit(sql, i, {}, "x", "");
                    return Ok();
                  })
                  .ok());
  EXPECT_EQ(log_->Verify()->number, kEntries);
  ASSERT_TRUE(log_->Append({}, "x", "").ok());
  EXPECT_EQ(log_->Verify()->number, kEntries + 1);
  DropTriggers();
  ASSERT_TRUE(Execute("UPDATE audit_log SET actor = 'bob' WHERE number = 2001").ok());
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("entry 2001 "));
  ASSERT_TRUE(Execute("DELETE FROM audit_log WHERE number = 1001").ok());
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("entry 1001 is missing"));
  ASSERT_TRUE(Execute("UPDATE audit_log SET number = 0 WHERE number = 2001").ok());
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("entry 1 is missing"));
}

TEST_P(AuditLogTest, SeveralGatewaysWriteOneChain) {
  constexpr int kGateways = 4, kEach = 15;
  InThreads(kGateways, [&](int i) {
    const auto database = Open();
    AuditLog log(*database, clock_);
    for (int n = 0; n < kEach; ++n) {
      const Status status = log.Append({"gateway " + std::to_string(i), ""}, "x", "");
      EXPECT_TRUE(status.ok()) << status.message();
    }
  });
  const auto head = log_->Verify();
  ASSERT_TRUE(head.ok()) << head.status().message();
  EXPECT_EQ(head->number, kGateways * kEach);
}

TEST_P(AuditLogTest, EveryChangeIsThereWithWhoDidItAndWhatFailedIsNot) {
  const auto keys = *KeyStore::Open(*database_, directory_ / "key-secret", clock_);
  const Actor alice{"alice", "10.0.0.1"};
  const NewKey made = *keys->Create(Named("judge"), alice);
  ASSERT_TRUE(keys->Update(
                      made.key.id,
                      [](access::KeySpec& spec) {
                        spec.name = "judge 2";
                        return Ok();
                      },
                      alice)
                  .ok());
  const NewKey rotated = *keys->Rotate(made.key.id, 1000, alice);
  ASSERT_TRUE(keys->Revoke(made.key.id, alice).ok());
  EXPECT_FALSE(keys->Rotate(made.key.id, 0, alice).ok()) << "revoked";
  ProfileStore profiles(*database_, clock_);
  ASSERT_TRUE(profiles.Save("math", "text", 2, alice).ok());
  ASSERT_TRUE(profiles.MoveLabel("math", "production", {{2, 1}}, {}, alice).ok());
  EXPECT_FALSE(profiles.MoveLabel("math", "production", {{9, 1}}, {}, alice).ok());
  ASSERT_TRUE(profiles.RollBack("math", "production", alice).ok());

  std::vector<std::string> actions;
  const std::vector<AuditEntry> entries = *log_->Query({});
  for (const AuditEntry& entry : entries) {
    actions.insert(actions.begin(), entry.action);
    EXPECT_EQ(entry.actor.name, "alice");
    EXPECT_EQ(entry.actor.address, "10.0.0.1");
    EXPECT_EQ(entry.at_ms, clock_.NowMs());
    for (const NewKey* key : {&made, &rotated}) {
      EXPECT_THAT(entry.details, Not(HasSubstr(key->text.substr(14, 12)))) << "a key's secret";
    }
  }
  EXPECT_EQ(actions,
            (std::vector<std::string>{"key.create", "key.update", "key.rotate", "key.revoke",
                                      "profile.save", "profile.move_label", "profile.roll_back"}));
  EXPECT_TRUE(log_->Verify().ok());
}

TEST_P(AuditLogTest, QueriesByWhoWhatAndWhen) {
  AppendThree();
  clock_.Advance(1000);
  ASSERT_TRUE(log_->Append({"bob", ""}, "key.revoke", "a").ok());
  const auto numbers = [&](const AuditFilter& filter) {
    std::vector<int64_t> found;
    const std::vector<AuditEntry> entries = *log_->Query(filter);
    for (const AuditEntry& entry : entries) found.push_back(entry.number);
    return found;
  };
  using Numbers = std::vector<int64_t>;
  EXPECT_EQ(numbers({}), (Numbers{4, 3, 2, 1}));
  EXPECT_EQ(numbers({.limit = 2}), (Numbers{4, 3}));
  EXPECT_EQ(numbers({.before = 3}), (Numbers{2, 1}));
  EXPECT_EQ(numbers({.actor = "bob"}), (Numbers{4}));
  EXPECT_EQ(numbers({.target = "a"}), (Numbers{4, 1}));
  EXPECT_EQ(numbers({.action = "key.create", .target = "a"}), (Numbers{1}));
  EXPECT_EQ(numbers({.from_ms = clock_.NowMs()}), (Numbers{4}));
  EXPECT_EQ(numbers({.until_ms = clock_.NowMs()}), (Numbers{3, 2, 1}));
}

TEST_P(AuditLogTest, NoSecretOfAUserIsInAnyColumn) {
  const auto keys = *KeyStore::Open(*database_, directory_ / "key-secret", clock_);
  AdminUserStore users(*database_, keys->secret(), clock_);
  const std::string password = "planted password 7";
  const AdminUser user = *users.Create("alice", access::AdminRole::kOwner, password);
  const TotpEnrolment enrolment = *users.BeginTotp(user.id, {"alice", ""});
  EXPECT_FALSE(users.CheckSignIn("planted password 7", "planted password 7", "", "x").ok());
  std::string all;
  for (const char* column :
       {"name FROM admin_users", "password FROM admin_users", "totp_nonce FROM admin_users",
        "target FROM audit_log", "details FROM audit_log", "actor FROM audit_log"}) {
    ASSERT_TRUE(database_
                    ->Read([&](soci::session& sql) {
                      std::string text;
                      soci::statement rows =
                          (sql.prepare << std::string("SELECT ") + column, soci::into(text));
                      rows.execute();
                      while (rows.fetch()) all += text + "\n";
                      return Ok();
                    })
                    .ok());
  }
  EXPECT_THAT(all, HasSubstr("alice"));
  EXPECT_THAT(all, Not(HasSubstr("planted")));
  EXPECT_THAT(all, Not(HasSubstr(enrolment.secret)));
}

}  // namespace
}  // namespace lemma::store
