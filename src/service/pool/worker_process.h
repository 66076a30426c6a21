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

namespace lemma::pool {

struct WorkerProcessOptions {
  std::vector<std::string> command;                // program and arguments
  std::string address;                             // where it will listen: "unix:/path"
  std::chrono::milliseconds drain_timeout{60000};  // between SIGTERM and SIGKILL at the end
};

class WorkerProcess {
 public:
  // Starts the process. It inherits standard input, output and error and no other file, and no
  // blocked signal. Errors: kIoError when there is no room for a process; a program that cannot be
  // executed is reported by WaitUntilReady, as exit status 127.
  static Result<std::unique_ptr<WorkerProcess>> Start(const WorkerProcessOptions& options);
  ~WorkerProcess();  // Stop()

  // Waits until the worker answers /readyz with 200, in steps that stop early when `cancelled`
  // returns true. Errors: kUnavailable when it ends before it was ever ready (a missing model, a
  // wrong option), with its exit status or signal: the reason is on standard error; kCancelled.
  Status WaitUntilReady(const std::function<bool()>& cancelled);

  // SIGTERM, wait for it to drain, SIGKILL after drain_timeout; at once SIGKILL where
  // WaitUntilReady has not seen it ready. Idempotent.
  void Stop();

  pid_t pid() const LEMMA_EXCLUDES(mutex_);
  int n_restarts() const LEMMA_EXCLUDES(mutex_);

 private:
  explicit WorkerProcess(const WorkerProcessOptions& options) : options_(options) {}
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
  int n_restarts_ LEMMA_GUARDED_BY(mutex_) = 0;
  std::thread watcher_;
};

}  // namespace lemma::pool
