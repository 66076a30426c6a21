#include "service/pool/worker_process.h"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "common/base/log.h"

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kExitPollInterval{20};
// No room for a process: until there is some.
constexpr milliseconds kSpawnRetry{1000};

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
    // A worker never outlives its supervisor, however that ends, and had it been stopped.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
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
  while (true) {
    int wait_status = 0;
    const pid_t child = pid();
    // Not reaped before pid_ says so: no signal reaches another process that has got its number.
    siginfo_t info;
    while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    Duration delay{};
    bool is_wanted = false;
    {
      MutexLock lock(mutex_);
      waitpid(child, &wait_status, 0);
      pid_ = -1;
      changed_.notify_all();
      if (stopping_) return;
      if (!was_ready_) {
        gave_up_because_ = DescribeExit(wait_status);
        return;
      }
      ++n_restarts_;
      is_wanted = std::exchange(is_restart_wanted_, false);
      if (!is_wanted) delay = policy_.OnExit(SteadyClock().Now());
    }
    if (is_wanted) {
      LogInfo("pool: {} ended as it was told ({}); starting it again", options_.name,
              DescribeExit(wait_status));
    } else {
      LogError("pool: {} ended ({}); starting it again in {} ms{}", options_.name,
               DescribeExit(wait_status), std::chrono::duration_cast<milliseconds>(delay).count(),
               in_crash_loop() ? ", for it ends again and again" : "");
    }
    options_.on_exit();
    if (!SleepUnlessStopping(delay)) return;
    options_.on_restart();
    while (true) {
      const Status status = Spawn();
      if (status.ok()) break;
      LogError("pool: {}: {}", options_.name, status.message());
      if (!SleepUnlessStopping(kSpawnRetry)) return;
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

void WorkerProcess::MarkReady() {
  MutexLock lock(mutex_);
  was_ready_ = true;
}

std::optional<std::string> WorkerProcess::gave_up_because() const {
  MutexLock lock(mutex_);
  return gave_up_because_;
}

void WorkerProcess::Kill() {
  MutexLock lock(mutex_);
  if (pid_ > 0) kill(pid_, SIGKILL);
}

bool WorkerProcess::Restart() {
  MutexLock lock(mutex_);
  if (pid_ <= 0 || !was_ready_) return false;
  is_restart_wanted_ = true;
  kill(pid_, SIGTERM);
  return true;
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
      LogWarning("pool: {} did not drain in time; killing it", options_.name);
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

bool WorkerProcess::in_crash_loop() const {
  MutexLock lock(mutex_);
  return policy_.in_crash_loop();
}

}  // namespace lemma::pool
