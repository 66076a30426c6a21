// Runs jobs: claims those that wait, saves what they say, ends them. So many at a time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/jobs/job_run.h"
#include "service/store/job_store.h"
#include "service/store/periodic_task.h"

namespace lemma::jobs {

struct RunnerOptions {
  // Of this process. Those who ask on the page are jobs too: as many as a small class.
  int running_max = 16;
  // Of a run; renewed at a third of it. A job whose process is gone waits as long as this.
  int64_t lease_ms = 15'000;
  // Attempts in whose middle the server or the worker ended.
  int64_t attempts_max = 5;
  // A server that is full or a key at its limits is asked again until the job is so old.
  int64_t wait_ms_max = int64_t{24} * 3600 * 1000;
};

// One thread does all of it; what blocks there is the database.
class JobRunner {
 public:
  // `can_run`: whether there is anybody to answer; quick. `store` outlives it.
  JobRunner(store::JobStore& store, net::HttpHandler front_door, std::function<bool()> can_run,
            const RunnerOptions& options);
  ~JobRunner();  // Stop()

  void RunSoon();  // something has changed
  void Drain();    // no more jobs are begun
  // Ends every run; the jobs wait again, as if they had not begun, but for those whose answer is
  // there. Idempotent.
  void Stop();

 private:
  struct Running;
  void Round();
  void LeaveCancelled();
  bool Attend(Running& running);        // true: over
  bool SettleAnswer(Running& running);  // false: it has none
  Result<bool> Settle(Running& running);
  bool Begin();  // false: there is nothing to begin
  void Note(const Status& status);

  store::JobStore& store_;
  const net::HttpHandler front_door_;
  const std::function<bool()> can_run_;
  const RunnerOptions options_;
  std::atomic<bool> is_draining_{false};
  bool was_ok_ = true;  // of the thread alone, as is what it runs
  std::vector<std::unique_ptr<Running>> running_;
  store::PeriodicTask task_;  // last: its first round may come before a constructor has ended
};

}  // namespace lemma::jobs
