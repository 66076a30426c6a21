// Admin users and their sessions, in both databases.
#include "service/store/admin_user_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include "service/access/key_secret.h"
#include "service/store/admin_session_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using access::AdminRole;

constexpr const char* kPassword = "correct horse battery";

class AdminUserStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    secret_ = *access::KeySecret::LoadOrCreate(directory_ / "key-secret");
    users_.emplace(*database_, *secret_, clock_);
    sessions_.emplace(*database_, *secret_, clock_);
  }
  AuditEntry NewestEntry() { return AuditLog(*database_, clock_).Query({.limit = 1})->at(0); }

  ManualUnixClock clock_{1'800'000'000'000};
  std::unique_ptr<Database> database_;
  std::optional<access::KeySecret> secret_;
  std::optional<AdminUserStore> users_;
  std::optional<AdminSessionStore> sessions_;
};
LEMMA_FOR_BOTH_DATABASES(AdminUserStoreTest);

TEST_P(AdminUserStoreTest, AUserIsMadeFoundAndSignsIn) {
  const AdminUser alice = *users_->Create("alice", AdminRole::kOwner, kPassword);
  EXPECT_EQ(users_->Create("alice", AdminRole::kViewer, kPassword).status().field(), "name");
  EXPECT_EQ(users_->Find("alice")->id, alice.id);
  EXPECT_EQ(users_->Find(alice.id)->role, AdminRole::kOwner);
  EXPECT_EQ(users_->Find("bob").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_->CheckSignIn("alice", kPassword, "", "")->id, alice.id);
  EXPECT_EQ(users_->CheckSignIn("alice", "another password", "", "").status().code(),
            StatusCode::kUnauthenticated);
  EXPECT_EQ(users_->SetRole(alice.id, AdminRole::kViewer).code(), StatusCode::kInvalidArgument)
      << "the last owner";
}

TEST_P(AdminUserStoreTest, OfOwnersWhoLeaveAtTheSameTimeOneStays) {
  std::vector<std::string> ids;
  for (const char* name : {"a", "b", "c", "d"}) {
    ids.push_back(users_->Create(name, AdminRole::kOwner, kPassword)->id);
  }
  InThreads(4,
            [&](int i) { (void)users_->SetRole(ids[static_cast<size_t>(i)], AdminRole::kViewer); });
  int n_owners = 0;
  const auto users = *users_->List();
  for (const AdminUser& user : users) n_owners += user.role == AdminRole::kOwner;
  EXPECT_EQ(n_owners, 1);
}

TEST_P(AdminUserStoreTest, ASessionOpensUntilItEndsAndANewPasswordEndsAllOthers) {
  const AdminUser alice = *users_->Create("alice", AdminRole::kOwner, kPassword);
  const NewAdminSession one = *sessions_->Begin(alice, "10.0.0.1");
  const NewAdminSession two = *sessions_->Begin(alice, "10.0.0.2");
  EXPECT_EQ(sessions_->Find(one.token)->user.id, alice.id);
  EXPECT_EQ(sessions_->Find(one.token)->csrf_token, one.csrf_token);
  EXPECT_EQ(sessions_->ListOf(alice.id)->size(), 2u);
  ASSERT_TRUE(users_->SetPassword(alice.id, "another long one", {}, one.session.id).ok());
  EXPECT_TRUE(sessions_->Find(one.token).ok());
  EXPECT_EQ(sessions_->Find(two.token).status().code(), StatusCode::kUnauthenticated);
  ASSERT_TRUE(sessions_->End(one.session.id, {"alice", "10.0.0.1"}).ok());
  EXPECT_FALSE(sessions_->Find(one.token).ok());
  const NewAdminSession idle = *sessions_->Begin(alice, "10.0.0.1");
  clock_.Advance(kSessionIdleMsMax + 1);
  EXPECT_FALSE(sessions_->Find(idle.token).ok());
}

TEST_P(AdminUserStoreTest, ADisabledUserIsOutAtOnceAndMayComeBack) {
  ASSERT_TRUE(users_->Create("owner", AdminRole::kOwner, kPassword).ok());
  const AdminUser bob = *users_->Create("bob", AdminRole::kAdmin, kPassword);
  const NewAdminSession session = *sessions_->Begin(bob, "");
  ASSERT_TRUE(users_->SetDisabled(bob.id, /*disabled=*/true).ok());
  EXPECT_FALSE(sessions_->Find(session.token).ok());
  EXPECT_FALSE(users_->CheckSignIn("bob", kPassword, "", "").ok());
  ASSERT_TRUE(users_->SetDisabled(bob.id, /*disabled=*/false).ok());
  EXPECT_TRUE(users_->CheckSignIn("bob", kPassword, "", "").ok());
}

TEST_P(AdminUserStoreTest, ASignInThatANewPasswordOvertakesBeginsNoSession) {
  const AdminUser alice = *users_->Create("alice", AdminRole::kOwner, kPassword);
  const AdminUser proved = *users_->CheckSignIn("alice", kPassword, "", "10.0.0.9");
  clock_.Advance(1);
  ASSERT_TRUE(users_->SetPassword(alice.id, "another long one").ok());
  EXPECT_EQ(sessions_->Begin(proved, "10.0.0.9").status().code(), StatusCode::kUnauthenticated);
  EXPECT_TRUE(sessions_->ListOf(alice.id)->empty());
  EXPECT_EQ(NewestEntry().action, "sign_in.refused");
  EXPECT_EQ(NewestEntry().actor.address, "10.0.0.9");
  const AdminUser again = *users_->CheckSignIn("alice", "another long one", "", "10.0.0.9");
  EXPECT_TRUE(sessions_->Begin(again, "10.0.0.9").ok());
  EXPECT_EQ(NewestEntry().action, "sign_in");
}

TEST_P(AdminUserStoreTest, ARightPasswordWithoutItsCodeLeavesATrace) {
  const AdminUser alice = *users_->Create("alice", AdminRole::kOwner, kPassword);
  ASSERT_TRUE(database_
                  ->Write([](soci::session& sql) {
                    sql << "UPDATE admin_users SET totp_nonce = 'n', totp_confirmed = 1";
                    return Ok();
                  })
                  .ok());
  EXPECT_EQ(users_->CheckSignIn("alice", kPassword, "", "10.0.0.9").status().field(), "code");
  EXPECT_EQ(NewestEntry().action, "sign_in.totp_required");
  EXPECT_EQ(NewestEntry().target, alice.id);
  EXPECT_EQ(NewestEntry().actor.name, "");
  EXPECT_EQ(NewestEntry().actor.address, "10.0.0.9");
}

}  // namespace
}  // namespace lemma::store
