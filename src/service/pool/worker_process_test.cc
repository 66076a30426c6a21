// Real processes: small shell scripts stand for workers, and a real HTTP server for their
// readiness.
#include "service/pool/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "common/net/http_server.h"

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

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

TEST(WorkerProcessTest, OneThatEndsBeforeItWasReadyIsReportedAndNotRestarted) {
  const auto process = WorkerProcess::Start(Shell("exit 3"));
  ASSERT_TRUE(process.ok());
  const Status status = (*process)->WaitUntilReady([] { return false; });
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ((*process)->n_restarts(), 0);
}

TEST(WorkerProcessTest, AProgramThatDoesNotExistIsReported) {
  WorkerProcessOptions options = Shell("");
  options.command = {"/nonexistent/worker"};
  const auto process = WorkerProcess::Start(options);
  ASSERT_TRUE(process.ok());
  EXPECT_FALSE((*process)->WaitUntilReady([] { return false; }).ok());
}

TEST(WorkerProcessTest, WaitingCanBeCancelled) {
  const auto process = WorkerProcess::Start(Shell("exec sleep 30"));
  ASSERT_TRUE(process.ok());
  EXPECT_EQ((*process)->WaitUntilReady([] { return true; }).code(), StatusCode::kCancelled);
}

TEST(WorkerProcessTest, OneThatWasReadyIsRestartedWhenKilled) {
  const std::string address = "unix:" + testing::TempDir() + "/pool_test.sock";
  const auto server =
      net::HttpServer::Start(address, 1, {}, [](std::shared_ptr<net::HttpExchange> exchange) {
        exchange->Send(net::HttpResponse::Text(200, "ok"));
      });
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  const auto process = WorkerProcess::Start(Shell("exec sleep 30", address));
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE((*process)->WaitUntilReady([] { return false; }).ok());
  const pid_t first = (*process)->pid();
  kill(first, SIGKILL);
  EXPECT_TRUE(Eventually([&] { return (*process)->pid() > 0 && (*process)->pid() != first; }));
  EXPECT_EQ((*process)->n_restarts(), 1);
}

TEST(WorkerProcessTest, StopKillsOneThatIgnoresTermination) {
  const fs::path ready = fs::path(testing::TempDir()) / "pool_test_trap_set";
  fs::remove(ready);
  const auto process = WorkerProcess::Start(
      Shell("trap '' TERM; touch " + ready.string() + "; while :; do sleep 0.05; done"));
  ASSERT_TRUE(process.ok());
  ASSERT_TRUE(Eventually([&] { return fs::exists(ready); }));
  const pid_t child = (*process)->pid();
  (*process)->Stop();
  EXPECT_EQ(kill(child, 0), -1);
  EXPECT_EQ((*process)->pid(), -1);
}

}  // namespace
}  // namespace lemma::pool
