#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "common/base/cpu.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/run_each.h"
#include "common/base/status.h"
#include "common/base/thread_pool.h"

namespace lemma {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(StatusTest, ResultMacrosPassTheErrorOn) {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return InvalidArgument("must be even", "n");
    return n / 2;
  };
  const auto quarter = [&](int n) -> Result<int> {
    LEMMA_ASSIGN_OR_RETURN(const int h, half(n));
    return half(h);
  };
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).status().ToString(), "invalid_argument [n]: must be even");
  EXPECT_EQ(quarter(5).status().WithPrefix("x").message(), "x: must be even");
}

TEST(StatusDeathTest, ReadingAFailedResultStopsTheProgram) {
  const Result<int> failed(NotFound("gone"));
  EXPECT_DEATH((void)failed.value(), "gone");
}

class ThreadPoolTest : public testing::TestWithParam<int> {};

TEST_P(ThreadPoolTest, EveryMemberRunsOnceAndItsWritesAreSeen) {
  const std::unique_ptr<ThreadPool> pool = ThreadPool::Create(GetParam()).value();
  std::vector<int> runs(static_cast<size_t>(GetParam()), 0);
  constexpr int kRounds = 3000;
  for (int round = 0; round < kRounds; ++round) {
    pool->Run([&](int member) { ++runs[static_cast<size_t>(member)]; });
    ASSERT_EQ(std::accumulate(runs.begin(), runs.end(), 0), (round + 1) * GetParam());
  }
}

// A member that keeps the caller waiting, as one does whose core is lost, is left out and comes
// back.
TEST(ThreadPoolTest, WhoKeepsTheCallerWaitingIsLeftOutForAWhile) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kChance{50};  // for the other thread to begin its call
  ThreadPool pool(2);
  const auto caller = std::this_thread::get_id();
  const auto was_left_out = [&](std::chrono::milliseconds call_takes) {
    std::atomic<bool> has_begun = false;
    bool is_by_caller = false;
    pool.Run([&](int member) {
      if (member == 0) {
        for (const auto end = Clock::now() + kChance; !has_begun && Clock::now() < end;) {
          std::this_thread::yield();
        }
        return;
      }
      has_begun = true;
      is_by_caller = std::this_thread::get_id() == caller;
      std::this_thread::sleep_for(call_takes);
    });
    return is_by_caller;
  };
  // Tried again where the caller lost its own core, and so was not kept waiting for long.
  Clock::duration passed{0};
  for (int i = 0; i < 20 && passed < std::chrono::milliseconds(1000); ++i) {
    const auto begin = Clock::now();
    if (was_left_out(std::chrono::milliseconds(200))) continue;
    while (was_left_out(std::chrono::milliseconds(0))) {
      ASSERT_LT(Clock::now() - begin, std::chrono::seconds(60)) << "it comes back";
    }
    passed = Clock::now() - begin;
  }
  EXPECT_GE(passed, std::chrono::milliseconds(1000)) << "after eight times the wait";
}

TEST_P(ThreadPoolTest, RunEachRunsEachTaskOnceUntilOneFails) {
  ThreadPool pool(GetParam());
  std::vector<std::atomic<int>> runs(1000);
  const auto count = [&](size_t i, int) -> Status {
    ++runs[i];
    return Ok();
  };
  EXPECT_TRUE(RunEach(pool, runs.size(), count).ok());
  for (const auto& n : runs) EXPECT_EQ(n, 1);
  EXPECT_TRUE(RunEach(pool, 0, count).ok());
  std::atomic<int> n_after{0};
  const Status failed = RunEach(pool, size_t{1} << 30, [&](size_t i, int) -> Status {
    n_after += i > 100;
    return i == 100 ? DataLoss("task 100") : Ok();
  });
  EXPECT_EQ(failed.message(), "task 100");
  EXPECT_LT(n_after, 1 << 29) << "the others end soon";
}

INSTANTIATE_TEST_SUITE_P(Threads, ThreadPoolTest, testing::Values(1, 2, 3, 8));

uint64_t VirtualBytes() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

// Ends the process: it keeps the limit. A limit on processes would not bind root.
[[noreturn]] void CreateWithRoomForFewStacks() {
  struct rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = VirtualBytes() + (64 << 20);
  setrlimit(RLIMIT_AS, &limit);
  const Status status = ThreadPool::Create(1024).status();
  std::fputs(status.ToString().c_str(), stderr);
  std::_Exit(status.code() == StatusCode::kIo ? 0 : 1);
}

TEST(ThreadPoolDeathTest, ThreadsThatDoNotStartAreAnErrorThatNamesThem) {
  if (VirtualBytes() > uint64_t{1} << 40) GTEST_SKIP() << "a sanitizer needs memory for threads";
  EXPECT_EXIT(CreateWithRoomForFewStacks(), testing::ExitedWithCode(0),
              "\\[threads\\]: cannot start 1024 threads");
}

TEST(ThreadPoolTest, SlicesCoverEverythingOnceInMultiples) {
  for (const int64_t n : {0, 1, 7, 64, 65, 1000}) {
    for (const int64_t step : {1, 4, 16}) {
      for (const int n_members : {1, 2, 3, 7}) {
        int64_t at = 0;
        for (int member = 0; member < n_members; ++member) {
          const Slice slice = SliceOf(n, step, member, n_members);
          EXPECT_EQ(slice.begin, at);
          EXPECT_TRUE(slice.begin % step == 0 || slice.begin == n);
          at = slice.end;
        }
        EXPECT_EQ(at, n);
      }
    }
  }
}

TEST(JsonTest, ErrorsSayWhereAndDepthIsBounded) {
  EXPECT_THAT(ParseJson("{\"a\": }", "body").status().message(), HasSubstr("body is not valid"));
  EXPECT_THAT(ParseJson("{\"a\": }", "body").status().message(), HasSubstr("byte 6"));
  EXPECT_FALSE(ParseJson(std::string(100000, '['), "body").ok());
  EXPECT_FALSE(ParseJson("\"\xc3\x28\"", "body").ok()) << "bad UTF-8";
  EXPECT_FALSE(ParseJson("{} {}", "body").ok());
  EXPECT_FALSE(ParseJson("", "body").ok());
  EXPECT_TRUE(ParseJson(" {\"a\": [1]} \n", "body").ok());
  EXPECT_THAT(ParseJsonObject("[1]", "body").status().message(),
              HasSubstr("must be a JSON object"));
  EXPECT_EQ(ParseJsonObject("[1]", "body").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ParseJsonFile("[1]", "a.json").status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ParseJsonFile("{", "a.json").status().code(), StatusCode::kDataLoss);
}

class FileTest : public testing::Test {
 protected:
  // A path of its own: tests may run at the same time.
  fs::path path_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  void TearDown() override {
    fs::remove(path_);
    fs::remove(path_.string() + ".tmp");
  }
};

TEST_F(FileTest, WrittenFilesReadBackAndLimitsHold) {
  ASSERT_TRUE(WriteFileAtomically(path_, "hello").ok());
  EXPECT_EQ(*ReadFile(path_, 5), "hello");
  EXPECT_THAT(ReadFile(path_, 4).status().message(), HasSubstr("at most 4"));
  EXPECT_EQ(ReadFile(path_ / "x", 5).status().code(), StatusCode::kIo);
  EXPECT_EQ(ReadFile("/nonexistent", 5).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(ReadFile("/", 5).status().code(), StatusCode::kIo);
}

TEST_F(FileTest, FailedWriteKeepsTheOldFile) {
  ASSERT_TRUE(WriteFileAtomically(path_, "old").ok());
  struct rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small{1024, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Status status = WriteFileAtomically(path_, std::string(100'000, 'x'));
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(*ReadFile(path_, 100), "old");
  EXPECT_FALSE(fs::exists(path_.string() + ".tmp"));
}

TEST_F(FileTest, OfTwoWritersTheSecondIsRefusedAndChangesNothing) {
  const fs::path temporary = path_.string() + ".tmp";
  auto first = AtomicFileWriter::Create(path_);
  ASSERT_TRUE(first.ok() && first->Append("first").ok());
  EXPECT_THAT(WriteFileAtomically(path_, "second").message(), HasSubstr("another program"));
  ASSERT_TRUE(first->Commit().ok());
  EXPECT_EQ(*ReadFile(path_, 100), "first");
  // What a killed one has left is written over; a link to elsewhere is not followed.
  ASSERT_TRUE(WriteFileAtomically(temporary, "longer than what follows").ok());
  ASSERT_TRUE(WriteFileAtomically(path_, "third").ok());
  EXPECT_EQ(*ReadFile(path_, 100), "third");
  fs::create_symlink(path_, temporary);
  EXPECT_EQ(WriteFileAtomically(path_, "fourth").code(), StatusCode::kIo);
  EXPECT_EQ(*ReadFile(path_, 100), "third");
}

// Closing unlocks: a name that is removed after that may be another writer's file.
TEST_F(FileTest, WhatIsGivenUpIsRemovedBeforeItIsUnlocked) {
  fs::create_directory(path_);
  const int events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(events, path_.c_str(), IN_CLOSE_WRITE | IN_DELETE), 0);
  {
    ASSERT_TRUE(AtomicFileWriter::Create(path_ / "a").ok());
  }
  alignas(inotify_event) char buffer[4096];
  ASSERT_GT(read(events, buffer, sizeof(buffer)), 0);
  close(events);
  EXPECT_EQ(reinterpret_cast<const inotify_event*>(buffer)->mask, IN_DELETE);
  EXPECT_TRUE(fs::is_empty(path_));
}

TEST_F(FileTest, AFifoIsRefusedWithoutWaitingForItsWriter) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(ReadFile(path_, 5).status().message(), HasSubstr("not a regular file"));
}

TEST_F(FileTest, ReadingPastTheEndIsDataLoss) {
  ASSERT_TRUE(WriteFileAtomically(path_, "abc").ok());
  const auto file = RandomAccessFile::Open(path_);
  char buffer[8];
  EXPECT_EQ(file->ReadAt(1, buffer, 3).code(), StatusCode::kDataLoss);
  EXPECT_TRUE(file->ReadAt(1, buffer, 2).ok());
}

TEST(CpuTest, CoresAreCounted) { EXPECT_GE(DetectCpu().n_cores, 1); }

}  // namespace
}  // namespace lemma
