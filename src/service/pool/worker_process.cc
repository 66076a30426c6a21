#include "service/pool/worker_process.h"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/log.h"
#include "common/net/http_client.h"

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;

// A crash loop must not spin: 0.1 s doubled up to 10 s, forgotten after a minute of health.
constexpr milliseconds kBackoffMin{100};
constexpr milliseconds kBackoffMax{10000};
constexpr std::chrono::seconds kHealthyAfter{60};
constexpr milliseconds kReadyPollInterval{50};
constexpr milliseconds kExitPollInterval{20};
// Of one /readyz call: cancelling must not wait for a worker that hangs.
constexpr milliseconds kReadyTimeout{2000};

std::string DescribeExit(int wait_status) {
  if (WIFSIGNALED(wait_status)) return fmt::format("killed by signal {}", WTERMSIG(wait_status));
  return fmt::format("exit status {}", WEXITSTATUS(wait_status));
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::Start(const WorkerProcessOptions& options) {
  std::unique_ptr<WorkerProcess> process(new WorkerProcess(options));
  LEMMA_RETURN_IF_ERROR(process->Spawn());
  process->watcher_ = std::thread([raw = process.get()] { raw->Watch(); });
  return process;
}

WorkerProcess::~WorkerProcess() { Stop(); }

Status WorkerProcess::Spawn() {
  std::vector<char*> arguments;
  for (const std::string& argument : options_.command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  MutexLock lock(mutex_);  // once stopping_ is set, no child appears any more
  if (stopping_) return Status(StatusCode::kCancelled, "stopping");
  const pid_t child = fork();
  if (child < 0) return IoError(std::string("cannot start a worker: ") + std::strerror(errno));
  if (child == 0) {
    // A worker never outlives its supervisor, however that ends.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    // Ctrl-C reaches the whole foreground group; the supervisor alone decides when to stop.
    setpgid(0, 0);
    // Clients' sockets and the supervisor's blocked signals are not the worker's.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  pid_ = child;
  return Ok();
}

void WorkerProcess::Watch() {
  Duration backoff = kBackoffMin;
  while (true) {
    const TimePoint started = SteadyClock().Now();
    int wait_status = 0;
    const pid_t child = pid();
    while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
    }
    {
      MutexLock lock(mutex_);
      pid_ = -1;
      changed_.notify_all();
      if (stopping_) return;
      if (!was_ready_) {
        gave_up_because_ = DescribeExit(wait_status);  // it never worked: restarting cannot help
        return;
      }
      ++n_restarts_;
    }
    if (SteadyClock().Now() - started > kHealthyAfter) backoff = kBackoffMin;
    LogError("pool: the worker ended ({}); starting it again in {} ms", DescribeExit(wait_status),
             std::chrono::duration_cast<milliseconds>(backoff).count());
    if (!SleepUnlessStopping(backoff)) return;
    backoff = std::min<Duration>(backoff * 2, kBackoffMax);
    while (true) {
      const Status status = Spawn();
      if (status.ok()) break;
      LogError("pool: {}", status.message());
      if (!SleepUnlessStopping(kBackoffMax)) return;
    }
  }
}

bool WorkerProcess::SleepUnlessStopping(Duration duration) {
  const TimePoint until = SteadyClock().Now() + duration;
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) break;
  }
  return !stopping_;
}

Status WorkerProcess::WaitUntilReady(const std::function<bool()>& cancelled) {
  net::HttpClientOptions client_options;
  client_options.first_byte_timeout = client_options.idle_timeout = kReadyTimeout;
  net::HttpClient client(client_options);
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/readyz";
  while (!cancelled()) {
    const auto response = client.SendAndWait(options_.address, request);
    {
      MutexLock lock(mutex_);
      // It may have ended since it answered, and then nobody restarts it.
      if (gave_up_because_) {
        return Unavailable("the worker ended before it was ready: " + *gave_up_because_);
      }
      if (response.ok() && response->status == 200) {
        was_ready_ = true;
        return Ok();
      }
    }
    std::this_thread::sleep_for(kReadyPollInterval);
  }
  return Status(StatusCode::kCancelled, "stopped while the worker was starting");
}

void WorkerProcess::Stop() {
  pid_t child = -1;
  bool killed = false;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    child = pid_;
    killed = !was_ready_;  // it has nothing to drain
    changed_.notify_all();
  }
  if (!watcher_.joinable()) return;
  if (child > 0) kill(child, killed ? SIGKILL : SIGTERM);
  const TimePoint until = SteadyClock().Now() + options_.drain_timeout;
  while (pid() > 0) {
    if (!killed && SteadyClock().Now() > until) {
      LogWarning("pool: the worker did not drain in time; killing it");
      kill(child, SIGKILL);
      killed = true;
    }
    std::this_thread::sleep_for(kExitPollInterval);
  }
  watcher_.join();
}

pid_t WorkerProcess::pid() const {
  MutexLock lock(mutex_);
  return pid_;
}

int WorkerProcess::n_restarts() const {
  MutexLock lock(mutex_);
  return n_restarts_;
}

}  // namespace lemma::pool
