// Properties: what a limiter admitted outlives the process that is killed, to the request; a
// damaged or old file is no budget and no crash.
#include "service/access/usage_file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "service/access/memory_limiter.h"

namespace lemma::access {
namespace {

constexpr int64_t kNowMs = 1'800'000'000'000;
constexpr int64_t kTokens = 3;  // of a request
const KeyLimits kLimits{.requests_per_minute = kLimitMax, .tokens_per_minute = kLimitMax};

class UsageFileTest : public testing::Test {
 protected:
  UsageFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "usage_XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~UsageFileTest() override { std::filesystem::remove_all(directory_); }

  UsageFile::Usages Read(int64_t now_ms = kNowMs) {
    UsageFile::Usages usages;
    EXPECT_TRUE(UsageFile::Open(path(), now_ms, usages).ok());
    return usages;
  }
  std::filesystem::path path() const { return directory_ / "limits"; }

 private:
  std::filesystem::path directory_;
};

KeyUsage UsageOf(int64_t n, int64_t at_ms = kNowMs) {
  return {.requests = {n, at_ms}, .tokens = {n * kTokens, at_ms}, .n_in_flight = 1};
}

// Admits without end, and tells each by a byte.
[[noreturn]] void AdmitUntilKilled(const std::filesystem::path& path, int told) {
  const ManualUnixClock clock(kNowMs);
  MemoryLimiter limiter(clock);
  if (!limiter.KeepIn(path).ok()) _exit(1);
  while (true) {
    auto admission = limiter.Admit("key_a", kLimits, kTokens);
    if (!admission.ok() || write(told, "x", 1) != 1) _exit(1);
    admission->reservation.Settle(kTokens);
  }
}

TEST_F(UsageFileTest, WhatWasAdmittedBeforeAKillIsKnownAfterIt) {
  int64_t n_told = 0;
  for (int kill_number = 0; kill_number < 20; ++kill_number) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) AdmitUntilKilled(path(), ends[1]);
    close(ends[1]);
    std::string heard(100 * (1 + kill_number % 7), 0);
    n_told += read(ends[0], heard.data(), heard.size());
    std::this_thread::sleep_for(std::chrono::microseconds(37 * kill_number));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (ssize_t n = 1; n > 0; n_told += n) n = read(ends[0], heard.data(), heard.size());
    close(ends[0]);
    const KeyUsage usage = Read()["key_a"];
    const int64_t n_known = usage.requests.debt / 60'000;
    EXPECT_GE(n_known, n_told);
    EXPECT_LE(n_known, n_told + 1) << "one may have been killed before it was told";
    EXPECT_EQ(usage.tokens.debt, kTokens * usage.requests.debt) << "never half of an admission";
    EXPECT_EQ(usage.n_in_flight, 0);
    n_told = n_known;
  }
}

TEST_F(UsageFileTest, ManyKeysAndWhatChangedLast) {
  {
    UsageFile::Usages none;
    auto file = UsageFile::Open(path(), kNowMs, none);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    EXPECT_TRUE(none.empty());
    for (int round = 1; round <= 3; ++round) {
      for (int key = 0; key < 3000; ++key) {
        ASSERT_TRUE(file->Set("key_" + std::to_string(key), UsageOf(key + round)).ok());
      }
    }
    EXPECT_FALSE(file->Set(std::string(40, 'k'), UsageOf(1)).ok());
  }
  UsageFile::Usages usages = Read();
  ASSERT_EQ(usages.size(), 3000u);
  for (int key = 0; key < 3000; ++key) {
    EXPECT_EQ(usages["key_" + std::to_string(key)].tokens.debt, (key + 3) * kTokens);
  }
}

TEST_F(UsageFileTest, WhatIsOverADayOldMakesRoom) {
  const auto size = [&] { return std::filesystem::file_size(path()); };
  for (int day = 0; day < 5; ++day) {
    const int64_t now_ms = kNowMs + day * int64_t{100'000'000};
    UsageFile::Usages usages;
    auto file = UsageFile::Open(path(), now_ms, usages);
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE(usages.empty());
    for (int key = 0; key < 1000; ++key) {
      ASSERT_TRUE(
          file->Set(std::to_string(day) + "_" + std::to_string(key), UsageOf(1, now_ms)).ok());
    }
    EXPECT_LT(size(), 200'000u);
  }
}

TEST_F(UsageFileTest, ADamagedFileIsNoBudgetAndNoCrash) {
  for (const size_t n_bytes : {1, 155'648, 155'648 + 77, 1'000'000}) {
    for (const char fill : {'\x01', 'k', '\xff'}) {
      std::ofstream(path(), std::ios::binary) << std::string(n_bytes, fill);
      EXPECT_TRUE(Read().empty());
      EXPECT_TRUE(Read().empty());
    }
  }
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  UsageFile::Usages usages;
  EXPECT_EQ(UsageFile::Open(path(), kNowMs, usages).status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace lemma::access
