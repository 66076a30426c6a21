// Real processes: small shell scripts stand for workers.
#include "service/pool/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
namespace fs = std::filesystem;

WorkerProcessOptions Shell(const std::string& script) {
  WorkerProcessOptions options;
  options.command = {"/bin/sh", "-c", script};
  options.drain_timeout = milliseconds(300);
  return options;
}

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

// How a worker that is never ready ends.
std::string HowItEnds(const WorkerProcessOptions& options) {
  const auto process = WorkerProcess::Start(options);
  if (!process.ok()) return process.status().ToString();
  EXPECT_TRUE(Eventually([&] { return (*process)->gave_up_because().has_value(); }));
  EXPECT_EQ((*process)->n_restarts(), 0);
  return (*process)->gave_up_because().value_or("it runs");
}

TEST(WorkerProcessTest, OneThatEndsBeforeItWasReadyIsReportedAndNotRestarted) {
  EXPECT_THAT(HowItEnds(Shell("exit 3")), HasSubstr("exit status 3"));
  EXPECT_THAT(HowItEnds(Shell("kill -KILL $$")), HasSubstr("killed by signal 9"));
}

TEST(WorkerProcessTest, OneThatIsStoppedWhileItLoadsIsKilled) {
  EXPECT_THAT(HowItEnds(Shell("kill -STOP $$; sleep 60")), HasSubstr("killed by signal 9"));
  const auto process = *WorkerProcess::Start(Shell("exec sleep 60"));
  process->MarkReady();
  const pid_t first = process->pid();
  kill(first, SIGSTOP);
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(process->pid(), first) << "one that has loaded may go on";
}

TEST(WorkerProcessTest, AProgramThatDoesNotExistIsReported) {
  WorkerProcessOptions options = Shell("");
  options.command = {"/nonexistent/worker"};
  EXPECT_THAT(HowItEnds(options), HasSubstr("exit status 127"));
}

TEST(WorkerProcessTest, TheWorkerInheritsNoFiles) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string file = "/proc/$$/fd/" + std::to_string(ends[0]);
  EXPECT_THAT(HowItEnds(Shell("test -e " + file + " && exit 3; exit 4")),
              HasSubstr("exit status 4"));
  close(ends[0]);
  close(ends[1]);
}

TEST(WorkerProcessTest, TheWorkerCanBeTerminatedThoughItsSupervisorBlocksSignals) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  EXPECT_THAT(HowItEnds(Shell("kill -TERM $$; exit 4")), HasSubstr("killed by signal 15"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(WorkerProcessTest, OneThatWasNeverReadyIsNotRestartedYet) {
  const auto process = *WorkerProcess::Start(Shell("exec sleep 60"));
  EXPECT_FALSE(process->Restart());
  process->MarkReady();
  EXPECT_TRUE(process->Restart());
  EXPECT_TRUE(Eventually([&] { return process->n_restarts() == 1; }));
}

TEST(WorkerProcessTest, OneThatWasReadyIsRestartedWhenItEndsAndSaysSo) {
  std::atomic<int> n_exits{0};
  std::atomic<int> n_restarts{0};
  WorkerProcessOptions options = Shell("exec sleep 30");
  options.restart.delay_min = milliseconds(1);
  options.on_exit = [&] { ++n_exits; };
  options.on_restart = [&] { ++n_restarts; };
  const auto process = WorkerProcess::Start(options);
  ASSERT_TRUE(process.ok());
  (*process)->MarkReady();
  for (int i = 1; i <= 3; ++i) {
    const pid_t before = (*process)->pid();
    (*process)->Kill();
    ASSERT_TRUE(Eventually([&] { return (*process)->pid() > 0 && (*process)->pid() != before; }));
    EXPECT_EQ(n_exits, i);
    EXPECT_EQ(n_restarts, i);
    EXPECT_EQ((*process)->n_restarts(), i);
  }
}

TEST(WorkerProcessTest, OneThatIsStoppedIsKilledAllTheSame) {
  WorkerProcessOptions options = Shell("exec sleep 30");
  const auto process = WorkerProcess::Start(options);
  ASSERT_TRUE(process.ok());
  (*process)->MarkReady();
  const pid_t before = (*process)->pid();
  kill(before, SIGSTOP);
  (*process)->Kill();
  EXPECT_TRUE(Eventually([&] { return (*process)->pid() > 0 && (*process)->pid() != before; }));
}

TEST(WorkerProcessTest, ACrashLoopIsNotStartedAgainAtOnce) {
  std::atomic<int> n_exits{0};
  const fs::path go = fs::path(testing::TempDir()) / "pool_test_crash_loop_go";
  fs::remove(go);
  WorkerProcessOptions options =
      Shell("until [ -e " + go.string() + " ]; do sleep 0.02; done; exit 1");
  options.restart = {.delay_min = milliseconds(1), .exits_max = 3};
  options.on_exit = [&] { ++n_exits; };
  const auto process = WorkerProcess::Start(options);
  ASSERT_TRUE(process.ok());
  (*process)->MarkReady();
  std::ofstream(go) << "go";
  EXPECT_TRUE(Eventually([&] { return (*process)->in_crash_loop(); }));
  EXPECT_TRUE(Eventually([&] { return n_exits == 4; }));
  EXPECT_EQ((*process)->pid(), -1);
  (*process)->Stop();  // does not wait for the next try
}

// A worker that takes no notice of SIGTERM, from when `mark` is there.
std::string DeafTo(const fs::path& mark) {
  fs::remove(mark);
  return "trap '' TERM; touch " + mark.string() + "; while :; do sleep 0.05; done";
}

TEST(WorkerProcessTest, StopKillsOneThatIgnoresTermination) {
  const fs::path mark = fs::path(testing::TempDir()) / "pool_test_trap_set";
  const auto process = WorkerProcess::Start(Shell(DeafTo(mark)));
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(Eventually([&] { return fs::exists(mark); }));
  (*process)->MarkReady();
  const pid_t child = (*process)->pid();
  (*process)->Stop();
  EXPECT_EQ(kill(child, 0), -1);
  EXPECT_EQ((*process)->pid(), -1);
}

TEST(WorkerProcessTest, StopDoesNotWaitForOneThatWasNeverReady) {
  const fs::path mark = fs::path(testing::TempDir()) / "pool_test_trap_set_twice";
  WorkerProcessOptions options = Shell(DeafTo(mark));
  options.drain_timeout = milliseconds(20000);
  const auto process = WorkerProcess::Start(options);
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(Eventually([&] { return fs::exists(mark); }));
  const TimePoint begin = SteadyClock().Now();
  (*process)->Stop();
  EXPECT_LT(SteadyClock().Now() - begin, milliseconds(10000));
}

}  // namespace
}  // namespace lemma::pool
