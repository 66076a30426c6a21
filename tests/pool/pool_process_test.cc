// Real workers with lemma-mini behind a real gateway, killed and stopped while they compute.
// LEMMA_POOL_KILLS sets how many are killed (200).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/net/http_client.h"
#include "service/gateway/gateway.h"
#include "service/pool/pool.h"

namespace lemma {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

bool Within(Duration limit, const std::function<bool()>& condition) {
  const TimePoint until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

// Asks without end, one question after another, each of its own.
class Asker {
 public:
  Asker(std::string address, int number, bool streams)
      : thread_([this, address = std::move(address), number, streams] {
          net::HttpClient client;
          for (int i = 0; !is_done_; ++i) {
            const std::string question =
                std::to_string(number) + std::to_string(i) + " * " + std::to_string(i);
            Take(client.SendAndWait(address, {"POST",
                                              "/generate",
                                              "",
                                              {},
                                              R"({"max_tokens":12,"stream":)" +
                                                  std::string(streams ? "true" : "false") +
                                                  R"(,"prompt":"What is )" + question + "?\"}",
                                              ""}),
                 streams);
          }
        }) {}
  ~Asker() { Finish(); }
  void Finish() {
    is_done_ = true;
    if (thread_.joinable()) thread_.join();
  }

  int n_ended() const { return n_ended_; }
  int n_cut() const { return n_cut_; }
  const std::string& lost() const { return lost_; }  // after Finish

 private:
  // A stream may end with an error event once it has begun; nothing else may go wrong.
  void Take(const Result<net::HttpResponse>& answer, bool streams) {
    const bool is_whole = answer.ok() && answer->status == 200 &&
                          (streams ? answer->body.ends_with("data: [DONE]\n\n")
                                   : answer->body.find("\"finish_reason\":") != std::string::npos);
    const bool is_cut = answer.ok() && streams && answer->status == 200 &&
                        answer->body.find("event: error\n") != std::string::npos;
    if (!is_whole && !is_cut) {
      lost_ += answer.ok() ? std::to_string(answer->status) + " " + answer->body
                           : answer.status().ToString();
    }
    n_cut_ += is_cut;
    ++n_ended_;
  }

  std::atomic<bool> is_done_{false};
  std::atomic<int> n_ended_{0};
  std::atomic<int> n_cut_{0};
  std::string lost_;
  std::thread thread_;  // last: it uses the others
};

// The thread of this name in a process; -1 where there is none.
pid_t ThreadOf(pid_t process, const std::string& name) {
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string its_name;
    std::getline(std::ifstream(task.path() / "comm"), its_name);
    if (its_name == name) return std::atoi(task.path().filename().c_str());
  }
  return -1;
}

class PoolProcessTest : public testing::Test {
 protected:
  void Begin(int n_workers) {
    pool::PoolOptions options;
    for (int i = 0; i < n_workers; ++i) {
      const std::string name = "worker-" + std::to_string(i);
      const std::string address =
          "unix:/tmp/lemma_pool_" + std::to_string(getpid()) + "_" + std::to_string(i);
      options.workers.push_back(
          {name, address, {LEMMA_BINARY, "worker", "--threads", "1", "--listen", address}});
    }
    // What kills them here is the test: no crash loop.
    options.restart = {.delay_max = milliseconds(100), .exits_max = 1 << 20};
    auto pool = pool::Pool::Start(options);
    ASSERT_TRUE(pool.ok()) << pool.status().ToString();
    pool_ = std::move(*pool);
    ASSERT_TRUE(Within(seconds(120), [&] { return pool_->n_ready() == n_workers; }))
        << pool_->StartError().ToString();
    gateway::GatewayOptions gateway_options;
    gateway_options.listen = "127.0.0.1:0";
    gateway_options.pool = pool_.get();
    auto gateway = gateway::Gateway::Start(gateway_options);
    ASSERT_TRUE(gateway.ok()) << gateway.status().ToString();
    gateway_ = std::move(*gateway);
  }

  void Load(int n_askers) {
    for (int i = 0; i < n_askers; ++i) {
      askers_.push_back(
          std::make_unique<Asker>(gateway_->address(), i + 1, /*streams=*/i % 4 == 3));
    }
  }
  // Until every asker has got an answer to what it asked after now.
  void AwaitAnswers() {
    for (const auto& asker : askers_) {
      const int n = asker->n_ended();
      ASSERT_TRUE(Within(seconds(120), [&] { return asker->n_ended() >= n + 2; }));
    }
  }
  void ExpectNothingLost() {
    for (const auto& asker : askers_) asker->Finish();
    for (const auto& asker : askers_) EXPECT_EQ(asker->lost(), "");
  }

  std::unique_ptr<pool::Pool> pool_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::vector<std::unique_ptr<Asker>> askers_;
};

TEST_F(PoolProcessTest, WorkersKilledUnderLoadAreReplacedAndNoRequestIsLost) {
  const char* wanted = std::getenv("LEMMA_POOL_KILLS");
  const int n_kills = wanted == nullptr ? 200 : std::atoi(wanted);
  Begin(3);
  Load(4);
  std::vector<std::chrono::steady_clock::duration> noticed_after;
  for (int i = 0; i < n_kills; ++i) {
    AwaitAnswers();  // a request that has met one kill has its answer before the next
    ASSERT_TRUE(Within(seconds(120), [&] { return pool_->n_ready() == 3; })) << i;
    const std::string victim = "worker-" + std::to_string(i % 3);
    const pid_t pid = pool_->PidOf(victim);
    ASSERT_GT(pid, 0);
    const auto killed_at = std::chrono::steady_clock::now();
    kill(pid, SIGKILL);
    // Its end alone tells it: that it says nothing is noticed after eight.
    EXPECT_TRUE(Within(seconds(6), [&] { return pool_->PidOf(victim) != pid; })) << i;
    noticed_after.push_back(std::chrono::steady_clock::now() - killed_at);
  }
  std::ranges::sort(noticed_after);
  // A busy machine may be late for some.
  EXPECT_LT(noticed_after[noticed_after.size() / 2], seconds(1));
  AwaitAnswers();
  ExpectNothingLost();
}

TEST_F(PoolProcessTest, AStoppedWorkerIsNoticedKilledAndReplaced) {
  Begin(2);
  Load(4);
  std::vector<std::chrono::steady_clock::duration> noticed_after;
  for (const std::string victim : {"worker-0", "worker-1", "worker-0"}) {
    AwaitAnswers();
    const pid_t pid = pool_->PidOf(victim);
    const auto stopped_at = std::chrono::steady_clock::now();
    kill(pid, SIGSTOP);
    EXPECT_TRUE(Within(seconds(60), [&] { return pool_->PidOf(victim) != pid; }));
    noticed_after.push_back(std::chrono::steady_clock::now() - stopped_at);
    ASSERT_TRUE(Within(seconds(120), [&] { return pool_->n_ready() == 2; }));
  }
  std::ranges::sort(noticed_after);
  EXPECT_LT(noticed_after[1], seconds(10)) << "what is promised; a busy machine may be late once";
  EXPECT_THAT(pool_->RenderMetrics(),
              AllOf(HasSubstr("lemma_pool_replica_hung_total{replica=\"worker-0\"} 2\n"),
                    HasSubstr("lemma_pool_replica_hung_total{replica=\"worker-1\"} 1\n")));
  AwaitAnswers();
  ExpectNothingLost();
}

// Its other threads go on: probes are answered as ever.
TEST_F(PoolProcessTest, AWorkerWhoseEngineAloneStopsIsNoticedKilledAndReplaced) {
  Begin(2);
  Load(4);
  AwaitAnswers();
  const pid_t pid = pool_->PidOf("worker-0");
  const pid_t engine = ThreadOf(pid, "engine");
  ASSERT_GT(engine, 0);
  // A tracer stops one thread; a signal would stop all of them.
  if (ptrace(PTRACE_SEIZE, engine, nullptr, nullptr) != 0) {
    GTEST_SKIP() << "this host lets no program trace its own: " << std::strerror(errno);
  }
  ASSERT_EQ(ptrace(PTRACE_INTERRUPT, engine, nullptr, nullptr), 0) << std::strerror(errno);
  int status = 0;
  ASSERT_EQ(waitpid(engine, &status, __WALL), engine);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(Within(seconds(60), [&] { return waitpid(engine, &status, __WALL | WNOHANG) != 0; }));
  ptrace(PTRACE_DETACH, engine, nullptr, nullptr);  // where it was not killed: it may end
  EXPECT_TRUE(Within(seconds(120), [&] { return pool_->PidOf("worker-0") != pid; }));
  EXPECT_TRUE(Within(seconds(120), [&] { return pool_->n_ready() == 2; }));
  EXPECT_THAT(pool_->RenderMetrics(),
              HasSubstr("lemma_pool_replica_hung_total{replica=\"worker-0\"} 1\n"));
  AwaitAnswers();
  ExpectNothingLost();
}

TEST_F(PoolProcessTest, AWorkerThatDrainsKeepsWhatItHasAndGetsNothingNew) {
  Begin(2);
  Load(4);
  AwaitAnswers();
  ASSERT_TRUE(pool_->SetDraining("worker-1", true).ok());
  const std::string idle = "lemma_pool_replica_requests_active{replica=\"worker-1\"} 0\n";
  ASSERT_TRUE(
      Within(seconds(120), [&] { return pool_->RenderMetrics().find(idle) != std::string::npos; }));
  AwaitAnswers();
  EXPECT_THAT(pool_->RenderMetrics(), HasSubstr(idle));
  ExpectNothingLost();
}

TEST_F(PoolProcessTest, AWorkerThatIsRestartedFinishesWhatItHasAndNothingIsHeldAgainstIt) {
  Begin(2);
  Load(4);
  AwaitAnswers();
  const pid_t pid = pool_->PidOf("worker-0");
  ASSERT_TRUE(pool_->Restart("worker-0").ok());
  EXPECT_TRUE(Within(seconds(120), [&] {
    const pid_t now = pool_->PidOf("worker-0");
    return now > 0 && now != pid;
  }));
  EXPECT_TRUE(Within(seconds(120), [&] { return pool_->n_ready() == 2; }));
  AwaitAnswers();
  ExpectNothingLost();
  for (const auto& asker : askers_) EXPECT_EQ(asker->n_cut(), 0);
  EXPECT_EQ(pool_->List().at(0).process->n_restarts, 1);
  EXPECT_EQ(pool_->List().at(0).n_breaker_opened, 0);
}

TEST_F(PoolProcessTest, AWorkerThatCannotStartIsSaid) {
  pool::PoolOptions options;
  options.workers.push_back(
      {"worker-0", "unix:/tmp/none", {LEMMA_BINARY, "worker", "--model", "/nonexistent"}});
  auto pool = pool::Pool::Start(options);
  ASSERT_TRUE(pool.ok());
  EXPECT_TRUE(Within(seconds(120), [&] { return !(*pool)->StartError().ok(); }));
  EXPECT_THAT((*pool)->StartError().message(), HasSubstr("exit status 1"));
  EXPECT_FALSE((*pool)->AllWorkersReady());
}

}  // namespace
}  // namespace lemma
