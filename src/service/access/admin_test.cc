// People who sign in: passwords, one-time codes, roles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include "service/access/admin_role.h"
#include "service/access/password.h"
#include "service/access/totp.h"

namespace lemma::access {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(PasswordTest, OnlyTheSamePasswordFitsAndEachHashHasItsOwnSalt) {
  const std::string password = "correct horse battery";
  const std::string hash = *HashPassword(password);
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_THAT(hash, Not(HasSubstr("horse")));
  EXPECT_TRUE(IsPassword(hash, password));
  EXPECT_FALSE(IsPassword(hash, "correct horse batterz"));
  EXPECT_FALSE(IsPassword(hash, ""));
  EXPECT_NE(hash, *HashPassword(password));
}

TEST(PasswordTest, WithoutAHashNothingFits) {
  for (const char* hash : {"", "x", "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA"}) {
    EXPECT_FALSE(IsPassword(hash, "correct horse battery"));
    EXPECT_FALSE(IsPassword(hash, ""));
  }
}

int64_t ThreadCpuNs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

TEST(PasswordTest, ARefusalCostsTheSameWithAndWithoutAHash) {
  const std::string hash = *HashPassword("correct horse battery");
  const auto cost = [](const std::string& of) {
    const int64_t begin = ThreadCpuNs();
    EXPECT_FALSE(IsPassword(of, "another password"));
    return ThreadCpuNs() - begin;
  };
  // Without the work it is a thousandth; memory that others use at the time makes it uneven.
  EXPECT_GT(cost(""), cost(hash) / 10);
}

TEST(PasswordTest, LengthIsAskedForAndNothingElse) {
  EXPECT_TRUE(CheckPassword("correct horse", "a").ok());
  EXPECT_TRUE(CheckPassword("密码密码密码", "a").ok());
  EXPECT_TRUE(CheckPassword(std::string(255, 'a') + "b", "a").ok());
  for (const std::string& wrong : {std::string(), std::string("short"), std::string(12, 'a'),
                                   std::string(256, 'a') + "b", std::string("alice@example")}) {
    EXPECT_EQ(CheckPassword(wrong, "alice@example").field(), "password") << wrong;
  }
}

// RFC 6238, appendix B: SHA-1, eight digits.
TEST(TotpTest, TheVectorsOfRfc6238) {
  const std::string secret = "12345678901234567890";
  const std::pair<int64_t, const char*> vectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(TotpCode(secret, seconds * 1000 / kTotpStepMs, 8), code) << seconds;
    EXPECT_EQ(TotpCode(secret, seconds * 1000 / kTotpStepMs), std::string(code).substr(2));
  }
}

TEST(TotpTest, OneStepOfDriftAndNoCodeTwice) {
  const std::string secret = "12345678901234567890";
  const int64_t now_ms = 2'000'000'000'000, now = now_ms / kTotpStepMs;
  for (int64_t step = now - 3; step <= now + 3; ++step) {
    const auto matched = MatchTotp(secret, TotpCode(secret, step), now_ms, /*last_step=*/0);
    EXPECT_EQ(matched.has_value(), step >= now - 1 && step <= now + 1) << step - now;
    if (matched) EXPECT_EQ(*matched, step);
  }
  EXPECT_FALSE(MatchTotp(secret, TotpCode(secret, now), now_ms, /*last_step=*/now));
  EXPECT_FALSE(MatchTotp(secret, TotpCode(secret, now - 1), now_ms, /*last_step=*/now));
  EXPECT_TRUE(MatchTotp(secret, TotpCode(secret, now + 1), now_ms, /*last_step=*/now));
  for (const char* wrong : {"", "1", "12345", "1234567", "abcdef"}) {
    EXPECT_FALSE(MatchTotp(secret, wrong, now_ms, 0)) << wrong;
  }
}

// RFC 4648, section 10.
TEST(TotpTest, Base32AndTheUrl) {
  EXPECT_EQ(Base32(""), "");
  EXPECT_EQ(Base32("f"), "MY");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(Base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(OtpauthUrl("foobar", "alice"),
            "otpauth://totp/Lemma:alice?secret=MZXW6YTBOI&issuer=Lemma&algorithm=SHA1&digits=6&"
            "period=30");
}

TEST(AdminRoleTest, OwnersManageAllAdminsThoseBelowAndOthersNobody) {
  for (const AdminRole target : kAdminRoles) {
    EXPECT_TRUE(MayManage(AdminRole::kOwner, target));
    EXPECT_EQ(MayManage(AdminRole::kAdmin, target), target < AdminRole::kAdmin);
    EXPECT_FALSE(MayManage(AdminRole::kPromptEditor, target));
    EXPECT_FALSE(MayManage(AdminRole::kViewer, target));
    EXPECT_EQ(*ParseAdminRole(NameOf(target)), target);
  }
  EXPECT_EQ(ParseAdminRole("root").status().field(), "role");
}

TEST(AdminRoleTest, NamesHoldNothingThatIsReadAsMore) {
  EXPECT_TRUE(CheckUserName("alice.b-c_d@example.org").ok());
  for (const char* wrong : {"", "a b", "a\nb", "a\x1b[1m", "a\"b", "a/b", "姓名"}) {
    EXPECT_EQ(CheckUserName(wrong).field(), "name") << wrong;
  }
  EXPECT_FALSE(CheckUserName(std::string(65, 'a')).ok());
}

}  // namespace
}  // namespace lemma::access
