#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "service/access/api_key.h"
#include "service/access/key_secret.h"
#include "service/access/key_text.h"
#include "service/access/time_text.h"

namespace lemma::access {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int64_t kDayMs = 24 * 3600 * int64_t{1000};

class KeySecretTest : public testing::Test {
 protected:
  KeySecretTest() {
    std::string name = testing::TempDir() + "/access-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path = fs::path(name) / "key-secret";
  }
  ~KeySecretTest() override { fs::remove_all(path.parent_path()); }
  fs::path path;
};

TEST(KeyTextTest, KeysAreWellFormedAndNoTwoAreEqual) {
  std::set<std::string> handles, texts;
  for (int i = 0; i < 2000; ++i) {
    const std::string text = MakeKeyText();
    EXPECT_THAT(text, testing::MatchesRegex("lemma_[0-9A-Za-z]{44}"));
    EXPECT_TRUE(CheckKeyText(text).ok());
    handles.emplace(KeyHandle(text));
    texts.insert(text);
  }
  EXPECT_EQ(handles.size(), 2000u);
  EXPECT_EQ(texts.size(), 2000u);
}

TEST(KeyTextTest, EverySingleTypoIsToldFromAnUnknownKey) {
  const std::string text = MakeKeyText();
  for (size_t i = kKeyPrefix.size(); i < text.size(); ++i) {
    for (const char c : std::string("0aZ")) {
      std::string typo = text;
      if (typo[i] == c) continue;
      typo[i] = c;
      EXPECT_THAT(CheckKeyText(typo).message(), HasSubstr("mistyped")) << i;
    }
    if (i + 1 == text.size() || text[i] == text[i + 1]) continue;
    std::string swapped = text;
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_EQ(CheckKeyText(swapped).code(), StatusCode::kUnauthenticated) << i;
  }
}

TEST(KeyTextTest, WhatIsNoKeyIsRefusedAndNeverRepeated) {
  const std::string text = MakeKeyText();
  const std::string wrong[] = {"",
                               "lemma_",
                               "sk-1234567890",
                               text + "x",
                               text.substr(1),
                               text + "\n",
                               std::string(1 << 20, 'a'),
                               "lemma_' OR 1=1; DROP TABLE api_keys; -- aaaaaaaaaa",
                               "lemma_" + std::string(44, '\0')};
  for (const std::string& candidate : wrong) {
    const Status status = CheckKeyText(candidate);
    EXPECT_EQ(status.code(), StatusCode::kUnauthenticated);
    if (candidate.size() > 6) {
      EXPECT_EQ(status.message().find(candidate), std::string::npos);
    }
  }
}

TEST_F(KeySecretTest, IsMadeOncePrivateAndKept) {
  EXPECT_EQ(KeySecret::Load(path).status().code(), StatusCode::kNotFound);
  std::vector<std::string> hashes(16);
  std::vector<std::thread> threads;
  for (std::string& hash : hashes) {
    threads.emplace_back([&] { hash = KeySecret::LoadOrCreate(path)->Hash("text"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(hashes, testing::Each(hashes[0])) << "all that start at once get one secret";
  EXPECT_EQ(hashes[0].size(), 64u);
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), {}), 1);
}

// RFC 4231 has no case of a 32-byte key; this one is from `openssl dgst -sha256 -mac HMAC`.
TEST_F(KeySecretTest, TheHashIsHmacSha256) {
  std::ofstream(path) << "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
  fs::permissions(path, fs::perms(0600));
  EXPECT_EQ(KeySecret::Load(path)->Hash("what do ya want for nothing?"),
            "099805f4ac310786968565c098db515cc50862b420ae31e20238312344bed36a");
}

TEST_F(KeySecretTest, AnEmptyDamagedOrPublicSecretIsRefused) {
  for (const std::string text : {"", "\n", "00", "zz0102030405060708090a0b0c0d0e0f"}) {
    std::ofstream(path, std::ios::trunc) << text;
    fs::permissions(path, fs::perms(0600));
    EXPECT_EQ(KeySecret::LoadOrCreate(path).status().code(), StatusCode::kDataLoss) << text;
  }
  std::ofstream(path, std::ios::trunc) << std::string(64, '7');
  fs::permissions(path, fs::perms(0644));
  EXPECT_THAT(KeySecret::Load(path).status().message(), HasSubstr("chmod 600"));
}

TEST(ApiKeyTest, AWrongFieldIsNamed) {
  const auto field_of = [](const std::function<void(KeySpec&)>& change) {
    KeySpec spec;
    spec.name = "judge";
    change(spec);
    return CheckKeySpec(spec).field();
  };
  EXPECT_EQ(field_of([](KeySpec&) {}), "");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.name = ""; }), "name");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.name = "a\nb"; }), "name");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.name = std::string(65, 'a'); }), "name");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.scopes = {"root"}; }), "scopes");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.scopes = {}; }), "scopes");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.profiles = {"no such"}; }), "profiles");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.limits.requests_per_minute = -1; }),
            "requests_per_minute");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.limits.tokens_per_day = INT64_MAX; }),
            "tokens_per_day");
  EXPECT_EQ(field_of([](KeySpec& spec) { spec.priority = 101; }), "priority");
}

TEST(ApiKeyTest, ExpiredAndRevokedKeysSaySo) {
  ApiKey key;
  EXPECT_TRUE(CheckUsable(key, 1000).ok());
  key.spec.expires_ms = 1000;
  EXPECT_TRUE(CheckUsable(key, 999).ok());
  EXPECT_THAT(CheckUsable(key, 1000).message(), HasSubstr("expired at 1970-01-01T00:00:01Z"));
  key.revoked_ms = 500;
  EXPECT_THAT(CheckUsable(key, 1000).message(), HasSubstr("revoked"));
  key.revoked_ms = 5000;  // on a machine whose clock is ahead
  EXPECT_THAT(CheckUsable(key, 1000).message(), HasSubstr("revoked"));
}

TEST(TimeTextTest, DurationsDatesAndTimes) {
  EXPECT_EQ(*ParseDuration("90s"), 90'000);
  EXPECT_EQ(*ParseDuration("2w"), 14 * kDayMs);
  for (const char* wrong : {"", "s", "30", "0d", "-1d", "1.5h", "1dd", "99999999999999999999s",
                            "36526d", "9223372036854775807w"}) {
    EXPECT_FALSE(ParseDuration(wrong).ok()) << wrong;
  }
  const int64_t now_ms = 20'000 * kDayMs;  // 2024-10-04
  EXPECT_EQ(*ParseExpiry("30d", now_ms), now_ms + 30 * kDayMs);
  EXPECT_EQ(TimeText(*ParseExpiry("2027-01-31", now_ms)), "2027-01-31T00:00:00Z");
  EXPECT_EQ(TimeText(*ParseExpiry("2028-02-29T23:59:58Z", now_ms)), "2028-02-29T23:59:58Z");
  for (const char* wrong :
       {"", "soon", "2027-02-29", "2027-13-01", "2027-1-1", "2027-01-01T24:00:00Z", "2027-01-01 ",
        "2024-10-04", "1999-01-01", "2027--1-01"}) {
    EXPECT_EQ(ParseExpiry(wrong, now_ms).status().code(), StatusCode::kInvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace lemma::access
