// One local worker process under supervision: started, watched, restarted with back-off, stopped.
//
// Threads: one of its own, which owns the child. All methods are thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/pool/restart_policy.h"

namespace lemma::pool {

struct WorkerProcessOptions {
  std::string name = "worker";                     // in the log
  std::vector<std::string> command;                // program and arguments
  std::chrono::milliseconds drain_timeout{60000};  // between SIGTERM and SIGKILL at the end
  RestartOptions restart;
  // The process has ended; another one begins in its place. On the watching thread; must not block
  // nor call the WorkerProcess.
  std::function<void()> on_exit = [] {};
  std::function<void()> on_restart = [] {};
};

class WorkerProcess {
 public:
  // Starts the process. It inherits standard input, output and error and no other file, and no
  // blocked signal. Errors: kIoError when there is no room for a process; a program that cannot be
  // executed ends with exit status 127.
  static Result<std::unique_ptr<WorkerProcess>> Start(const WorkerProcessOptions& options);
  ~WorkerProcess();  // Stop()

  // It has been seen ready: from now on it is started again when it ends. One that ends before is
  // not (a missing model, a wrong option): what is wrong will not change.
  void MarkReady() LEMMA_EXCLUDES(mutex_);
  // How the process ended that was never ready: exit status or signal; the reason is on standard
  // error.
  std::optional<std::string> gave_up_because() const LEMMA_EXCLUDES(mutex_);

  // Ends the process that runs now at once, for it hangs: another one follows.
  void Kill() LEMMA_EXCLUDES(mutex_);

  // SIGTERM: it finishes what it has and ends, and another one follows at once. False, and nothing
  // is done, where it has never been ready or does not run.
  bool Restart() LEMMA_EXCLUDES(mutex_);

  // SIGTERM, wait for it to drain, SIGKILL after drain_timeout; at once SIGKILL where
  // it was never ready. Idempotent.
  void Stop();

  pid_t pid() const LEMMA_EXCLUDES(mutex_);
  int n_restarts() const LEMMA_EXCLUDES(mutex_);
  bool in_crash_loop() const LEMMA_EXCLUDES(mutex_);

 private:
  explicit WorkerProcess(const WorkerProcessOptions& options)
      : options_(options), policy_(options.restart) {}
  Status Spawn() LEMMA_EXCLUDES(mutex_);
  void Watch();
  bool SleepUnlessStopping(Duration duration) LEMMA_EXCLUDES(mutex_);

  const WorkerProcessOptions options_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  pid_t pid_ LEMMA_GUARDED_BY(mutex_) = -1;  // -1: not running
  bool was_ready_ LEMMA_GUARDED_BY(mutex_) = false;
  std::optional<std::string> gave_up_because_ LEMMA_GUARDED_BY(mutex_);
  bool stopping_ LEMMA_GUARDED_BY(mutex_) = false;
  bool is_restart_wanted_ LEMMA_GUARDED_BY(mutex_) = false;  // its end is not held against it
  int n_restarts_ LEMMA_GUARDED_BY(mutex_) = 0;
  RestartPolicy policy_ LEMMA_GUARDED_BY(mutex_);
  std::thread watcher_;
};

}  // namespace lemma::pool
