// Sessions as browsers have them, and what is done to get one that is not one's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "service/access/totp.h"
#include "service/admin/sign_in_limiter.h"
#include "service/admin/test_admin.h"
#include "service/store/admin_session_store.h"

namespace lemma::admin {
namespace {

using access::AdminRole;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class SignInTest : public AdminTest {
 protected:
  int MeStatus(const Person& who) { return AskAs(who, "GET", "/me").status; }

  static std::string PasswordBody() { return std::string("{\"password\": \"") + kPassword + "\"}"; }
  std::string CodeNow(const std::string& secret) {
    return access::TotpCode(secret, clock_.NowMs() / access::kTotpStepMs);
  }
  static std::string FromBase32(const std::string& text) {
    std::string bytes;
    uint32_t bits = 0;
    int n_bits = 0;
    for (const char c : text) {
      bits = bits << 5 | static_cast<uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      n_bits += 5;
      if (n_bits >= 8) bytes += static_cast<char>(bits >> (n_bits -= 8));
    }
    return bytes;
  }
  // Gives the user a second factor: its secret, in bytes.
  std::string EnrolTotp(const Person& who, std::vector<std::string>& recovery) {
    const net::HttpResponse begun = AskAs(who, "POST", "/me/totp", PasswordBody());
    EXPECT_EQ(begun.status, 200) << begun.body;
    EXPECT_THAT(std::string(Parse(begun).at("url").as_string()), StartsWith("otpauth://totp/"));
    const std::string secret = FromBase32(std::string(Parse(begun).at("secret").as_string()));
    const net::HttpResponse confirmed =
        AskAs(who, "POST", "/me/totp/confirm", "{\"code\": \"" + CodeNow(secret) + "\"}");
    EXPECT_EQ(confirmed.status, 200) << confirmed.body;
    const boost::json::object body = Parse(confirmed);
    for (const auto& code : body.at("recovery_codes").as_array()) {
      recovery.emplace_back(code.as_string());
    }
    return secret;
  }
};

TEST_F(SignInTest, TheCookieIsForThisSiteAndNoScript) {
  Make("alice", AdminRole::kViewer);
  const std::string plain(TrySignIn("alice", kPassword).header("set-cookie"));
  EXPECT_THAT(plain, StartsWith("lemma_admin="));
  EXPECT_THAT(plain, EndsWith("; Path=/; HttpOnly; SameSite=Strict"));
  Begin("https://admin.example.org");
  const std::string behind_tls(TrySignIn("alice", kPassword).header("set-cookie"));
  EXPECT_THAT(behind_tls, StartsWith("__Host-lemma_admin="));
  EXPECT_THAT(behind_tls, EndsWith("; Path=/; HttpOnly; SameSite=Strict; Secure"));
}

TEST_F(SignInTest, ARefusalDoesNotTellWhy) {
  const store::AdminUser alice = Make("alice", AdminRole::kViewer);
  const net::HttpResponse wrong = TrySignIn("alice", "another password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(CodeOf(wrong), "wrong_sign_in");
  EXPECT_EQ(TrySignIn("nobody", kPassword).body, wrong.body);
  EXPECT_EQ(TrySignIn(alice.id, kPassword).body, wrong.body) << "an id is no name";
  EXPECT_EQ(TrySignIn("", kPassword).body, wrong.body);
  EXPECT_EQ(TrySignIn("alice", "").body, wrong.body);
  const store::AdminUser bob = Make("bob", AdminRole::kViewer);
  ASSERT_TRUE(users_->SetDisabled(bob.id, /*disabled=*/true).ok());
  EXPECT_EQ(TrySignIn("bob", kPassword).body, wrong.body);
}

TEST_F(SignInTest, GuessesAreLimitedPerUserAndPerAddress) {
  Make("alice", AdminRole::kViewer);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(TrySignIn("alice", "a wrong password").status, 401);
  const net::HttpResponse refused = TrySignIn("alice", kPassword);
  EXPECT_EQ(refused.status, 429) << "also the right one: it is not even looked at";
  EXPECT_EQ(refused.header("retry-after"), "12");
  int n_answered = 0;
  for (int i = 0; i < 30; ++i) {
    n_answered += TrySignIn("user" + std::to_string(i), "a wrong password").status == 401;
  }
  EXPECT_EQ(n_answered, 15) << "20 an address, 5 of them alice's";
  clock_.Advance(60'000);
  EXPECT_EQ(TrySignIn("alice", kPassword).status, 200);
}

TEST_F(SignInTest, AStaleCookieOpensNothing) {
  const Person alice = NewPerson("alice", AdminRole::kOwner);
  const Person again = SignIn("alice");
  EXPECT_EQ(MeStatus(alice), 200);
  EXPECT_EQ(AskAs(alice, "POST", "/sign-out").status, 204);
  EXPECT_EQ(MeStatus(alice), 401) << "signed out";
  EXPECT_EQ(MeStatus(again), 200);
  EXPECT_EQ(AskAs(again, "POST", "/sign-out-everywhere").status, 204);
  EXPECT_EQ(MeStatus(again), 401) << "revoked";
  for (const char* cookie : {"lemma_admin=", "lemma_admin=x", "other=x", "lemma_admin"}) {
    EXPECT_EQ(MeStatus({cookie, "", ""}), 401) << cookie;
  }
}

TEST_F(SignInTest, ASessionEndsByItself) {
  const Person idle = NewPerson("alice", AdminRole::kViewer);
  clock_.Advance(store::kSessionIdleMsMax - 1);
  EXPECT_EQ(MeStatus(idle), 200);
  clock_.Advance(store::kSessionIdleMsMax);
  EXPECT_EQ(MeStatus(idle), 401) << "not used for too long";
  const Person busy = SignIn("alice");
  const int64_t end_ms = clock_.NowMs() + store::kSessionMsMax;
  while (clock_.NowMs() < end_ms) {
    EXPECT_EQ(MeStatus(busy), 200);
    clock_.Advance(store::kSessionIdleMsMax / 2);
  }
  EXPECT_EQ(MeStatus(busy), 401) << "used all the time";
}

TEST_F(SignInTest, AUserWhoIsDisabledOrHasANewPasswordIsOut) {
  const Person owner = NewPerson("owner", AdminRole::kOwner);
  const Person bob = NewPerson("bob", AdminRole::kViewer);
  EXPECT_EQ(AskAs(owner, "POST", "/users/" + bob.id + "/password", PasswordBody()).status, 204);
  EXPECT_EQ(MeStatus(bob), 401);
  const Person again = SignIn("bob");
  EXPECT_EQ(AskAs(owner, "POST", "/users/" + bob.id + "/disable").status, 200);
  EXPECT_EQ(MeStatus(again), 401);
}

TEST_F(SignInTest, ANewPasswordOfOnesOwnNeedsThePresentOneAndEndsOtherSessions) {
  const Person alice = NewPerson("alice", AdminRole::kViewer);
  const Person elsewhere = SignIn("alice");
  const auto change = [&](const std::string& present, const std::string& next) {
    clock_.Advance(60'000);
    return AskAs(
        alice, "POST", "/me/password",
        boost::json::serialize(boost::json::object{{"password", present}, {"new_password", next}}));
  };
  EXPECT_EQ(change("not the password", "another long one").status, 403);
  const net::HttpResponse too_short = change(kPassword, "short");
  EXPECT_EQ(too_short.status, 400);
  EXPECT_THAT(too_short.body, HasSubstr("new_password: must have"));
  EXPECT_EQ(MeStatus(elsewhere), 200) << "nothing has changed yet";
  EXPECT_EQ(change(kPassword, "another long one").status, 204);
  EXPECT_EQ(MeStatus(alice), 200);
  EXPECT_EQ(MeStatus(elsewhere), 401);
  clock_.Advance(60'000);
  EXPECT_EQ(TrySignIn("alice", kPassword).status, 401);
  EXPECT_EQ(TrySignIn("alice", "another long one").status, 200);
}

TEST_F(SignInTest, AFloodOfSignInsIsToldToComeBackAndTheRestGoesOn) {
  std::mutex mutex;
  std::condition_variable changed;
  int n_full = 0;
  std::vector<std::thread> people;
  // A refused sign-in is written to the audit log: while another writes, none of them ends.
  ASSERT_TRUE(database_
                  ->Write([&](soci::session&) {
                    for (int i = 0; i < 40; ++i) {
                      people.emplace_back([&, i] {
                        const auto answer = TrySignIn("nobody" + std::to_string(i), kPassword);
                        if (answer.status != 503) return;
                        const std::lock_guard lock(mutex);
                        n_full += answer.body.find("too many calls wait") != std::string::npos &&
                                  !answer.header("retry-after").empty();
                        changed.notify_all();
                      });
                    }
                    std::unique_lock lock(mutex);
                    const auto are_full = [&] { return n_full >= 40 - 2 * 16; };
                    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), are_full))
                        << n_full << ", but two queues take 16 each";
                    lock.unlock();
                    EXPECT_EQ(Ask("GET", "/openapi.json").status, 200);
                    return Ok();
                  })
                  .ok());
  for (std::thread& person : people) person.join();
}

TEST_F(SignInTest, WithASecondFactorAPasswordAloneIsNotEnough) {
  const Person alice = NewPerson("alice", AdminRole::kAdmin);
  std::vector<std::string> recovery;
  const std::string secret = EnrolTotp(alice, recovery);
  ASSERT_EQ(recovery.size(), store::kRecoveryCodes);
  EXPECT_EQ(CodeOf(TrySignIn("alice", kPassword)), "totp_required");
  EXPECT_EQ(CodeOf(TrySignIn("alice", "a wrong password")), "wrong_sign_in");
  EXPECT_EQ(TrySignIn("alice", kPassword, CodeNow(secret)).status, 401)
      << "the code that confirmed it was used";
  clock_.Advance(60'000);
  const std::string code = CodeNow(secret);
  EXPECT_EQ(TrySignIn("alice", kPassword, code).status, 200);
  EXPECT_EQ(TrySignIn("alice", kPassword, code).status, 401) << "no code twice";
  clock_.Advance(60'000);
  EXPECT_EQ(TrySignIn("alice", kPassword, recovery[3]).status, 200);
  EXPECT_EQ(TrySignIn("alice", kPassword, recovery[3]).status, 401);
  clock_.Advance(60'000);
  EXPECT_EQ(AskAs(alice, "POST", "/me/totp/remove", PasswordBody()).status, 204);
  EXPECT_EQ(TrySignIn("alice", kPassword).status, 200);
}

TEST_F(SignInTest, WrongCodesAreLimitedForWhoKnowsThePassword) {
  std::vector<std::string> recovery;
  const std::string secret = EnrolTotp(NewPerson("alice", AdminRole::kAdmin), recovery);
  clock_.Advance(60'000);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(TrySignIn("alice", "a wrong password", "000000").status, 401) << "a stranger";
  }
  EXPECT_EQ(TrySignIn("alice", kPassword, CodeNow(secret)).status, 200) << "is not held up by one";
  clock_.Advance(60'000);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(TrySignIn("alice", kPassword, "000000").status, 401);
  EXPECT_EQ(TrySignIn("alice", kPassword, CodeNow(secret)).status, 429);
  clock_.Advance(20'000);
  EXPECT_EQ(TrySignIn("alice", kPassword, CodeNow(secret)).status, 200);
}

TEST(SignInLimiterTest, OneAddressCannotFillItWithNames) {
  const ManualUnixClock clock(1'000'000);
  SignInLimiter limiter(clock);
  for (int i = 0; i < 20'000; ++i) {
    limiter.Take("name" + std::to_string(i) + std::string(10'000, 'x'), "here");
  }
  EXPECT_EQ(limiter.Take("alice", "there"), 0);
}

TEST_F(SignInTest, APageOfAnotherSiteIsRefused) {
  const Person owner = NewPerson("owner", AdminRole::kOwner);
  const auto status = [&](const net::Header& header) {
    return Ask("POST", "/users/nothing/enable", "",
               {{"Cookie", owner.cookie}, {"x-csrf-token", owner.csrf}, header})
        .status;
  };
  const std::string host = server_->address();
  EXPECT_EQ(status({"Origin", "http://" + host}), 404) << "no such user";
  EXPECT_EQ(status({"Origin", "http://evil.example"}), 403);
  EXPECT_EQ(status({"Origin", "null"}), 403);
  EXPECT_EQ(status({"Origin", "https://" + host}), 403);
  EXPECT_EQ(status({"Sec-Fetch-Site", "cross-site"}), 403);
  EXPECT_EQ(status({"Sec-Fetch-Site", "same-site"}), 403);
  EXPECT_EQ(status({"Sec-Fetch-Site", "same-origin"}), 404);
  net::HttpRequest form{"POST",
                        "/admin/api/sign-in",
                        "",
                        {{"Content-Type", "text/plain"}},
                        R"({"name": "owner", "password": "x"})",
                        ""};
  const auto answer = client_.SendAndWait(host, form);
  EXPECT_EQ(answer->status, 400);
  EXPECT_THAT(answer->body, HasSubstr("Content-Type: must be application/json"));
}

TEST_F(SignInTest, BeyondTheLoopbackItDoesNotListen) {
  AdminOptions options;
  options.listen = "0.0.0.0:0";
  EXPECT_THAT(AdminServer::Start(options).status().message(), HasSubstr("--admin-origin"));
  options.listen = "127.0.0.1:0";
  for (const char* origin : {"http://a", "https://", "https://a/", "https://a?b", "a"}) {
    options.origin = origin;
    EXPECT_THAT(AdminServer::Start(options).status().message(), HasSubstr("https://host"));
  }
}

TEST_F(SignInTest, WhoMayChangeWhom) {
  const Person owner = NewPerson("owner", AdminRole::kOwner);
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  const Person viewer = NewPerson("viewer", AdminRole::kViewer);
  const auto set_role = [&](const Person& by, const Person& of, const std::string& role) {
    return AskAs(by, "POST", "/users/" + of.id + "/role", R"({"role": ")" + role + "\"}").status;
  };
  EXPECT_EQ(set_role(admin, viewer, "prompt_editor"), 200);
  EXPECT_EQ(set_role(admin, viewer, "admin"), 403);
  EXPECT_EQ(set_role(admin, owner, "viewer"), 403);
  EXPECT_EQ(AskAs(admin, "POST", "/users/" + owner.id + "/sign-out").status, 403);
  EXPECT_EQ(AskAs(admin, "POST", "/users/" + owner.id + "/password", PasswordBody()).status, 403);
  EXPECT_EQ(set_role(owner, owner, "viewer"), 400) << "the last owner";
  EXPECT_EQ(AskAs(owner, "POST", "/users/" + owner.id + "/disable").status, 400);
  EXPECT_EQ(set_role(owner, admin, "owner"), 200);
  EXPECT_EQ(set_role(owner, owner, "viewer"), 200);
  EXPECT_EQ(AskAs(owner, "GET", "/users").status, 403) << "at once, in the same session";
}

}  // namespace
}  // namespace lemma::admin
