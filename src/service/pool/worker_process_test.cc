// Real processes: small shell scripts stand for workers, and a real HTTP server for their
// readiness.
#include "service/pool/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "common/net/http_server.h"

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
namespace fs = std::filesystem;

// Each test's own: they may run at the same time.
std::string SocketAddress() {
  return "unix:" + testing::TempDir() + "/pool_" +
         testing::UnitTest::GetInstance()->current_test_info()->name() + ".sock";
}

WorkerProcessOptions Shell(const std::string& script, const std::string& address = "unix:/none") {
  WorkerProcessOptions options;
  options.command = {"/bin/sh", "-c", script};
  options.address = address;
  options.drain_timeout = milliseconds(300);
  return options;
}

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

// How a worker that is never ready ends, as WaitUntilReady says it.
std::string HowItEnds(const WorkerProcessOptions& options) {
  const auto process = WorkerProcess::Start(options);
  if (!process.ok()) return process.status().ToString();
  const Status status = (*process)->WaitUntilReady([] { return false; });
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ((*process)->n_restarts(), 0);
  return status.message();
}

// A server that is ready, as the worker would be.
std::unique_ptr<net::HttpServer> ReadyAt(
    const std::string& address, const std::function<void()>& before_answer = [] {}) {
  auto server = net::HttpServer::Start(
      address, 1, {}, [before_answer](std::shared_ptr<net::HttpExchange> exchange) {
        before_answer();
        exchange->Send(net::HttpResponse::Text(200, "ok"));
      });
  EXPECT_TRUE(server.ok()) << server.status().ToString();
  return std::move(*server);
}

TEST(WorkerProcessTest, OneThatEndsBeforeItWasReadyIsReportedAndNotRestarted) {
  EXPECT_THAT(HowItEnds(Shell("exit 3")), HasSubstr("exit status 3"));
  EXPECT_THAT(HowItEnds(Shell("kill -KILL $$")), HasSubstr("killed by signal 9"));
}

TEST(WorkerProcessTest, AProgramThatDoesNotExistIsReported) {
  WorkerProcessOptions options = Shell("");
  options.command = {"/nonexistent/worker"};
  EXPECT_THAT(HowItEnds(options), HasSubstr("exit status 127"));
}

TEST(WorkerProcessTest, OneThatEndsWhileItAnswersThatItIsReadyIsReported) {
  std::atomic<WorkerProcess*> worker{nullptr};
  const auto server = ReadyAt(SocketAddress(), [&] {
    kill(worker.load()->pid(), SIGKILL);
    Eventually([&] { return worker.load()->pid() < 0; });
  });
  const auto process = WorkerProcess::Start(Shell("exec sleep 30", SocketAddress()));
  ASSERT_TRUE(process.ok());
  worker = process->get();
  EXPECT_EQ((*process)->WaitUntilReady([] { return false; }).code(), StatusCode::kUnavailable);
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

TEST(WorkerProcessTest, WaitingCanBeCancelled) {
  const auto process = WorkerProcess::Start(Shell("exec sleep 30"));
  ASSERT_TRUE(process.ok());
  EXPECT_EQ((*process)->WaitUntilReady([] { return true; }).code(), StatusCode::kCancelled);
}

TEST(WorkerProcessTest, OneThatWasReadyIsRestartedWhenKilled) {
  const auto server = ReadyAt(SocketAddress());
  const auto process = WorkerProcess::Start(Shell("exec sleep 30", SocketAddress()));
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE((*process)->WaitUntilReady([] { return false; }).ok());
  const pid_t first = (*process)->pid();
  kill(first, SIGKILL);
  EXPECT_TRUE(Eventually([&] { return (*process)->pid() > 0 && (*process)->pid() != first; }));
  EXPECT_EQ((*process)->n_restarts(), 1);
}

// A worker that takes no notice of SIGTERM, from when `mark` is there.
std::string DeafTo(const fs::path& mark) {
  fs::remove(mark);
  return "trap '' TERM; touch " + mark.string() + "; while :; do sleep 0.05; done";
}

TEST(WorkerProcessTest, StopKillsOneThatIgnoresTermination) {
  const fs::path mark = fs::path(testing::TempDir()) / "pool_test_trap_set";
  const auto server = ReadyAt(SocketAddress());
  const auto process = WorkerProcess::Start(Shell(DeafTo(mark), SocketAddress()));
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(Eventually([&] { return fs::exists(mark); }));
  ASSERT_TRUE((*process)->WaitUntilReady([] { return false; }).ok());
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
