// Runs evaluations, one at a time of all gateways of a database: claims the next, saves how far it
// is, ends it.
#pragma once

#include <memory>
#include <string>

#include "service/evaluations/evaluation_run.h"
#include "service/store/periodic_task.h"

namespace lemma::evaluations {

struct RunnerOptions {
  // Of a run; renewed at each round. An evaluation whose gateway is gone waits as long as this.
  int64_t lease_ms = 15'000;
  // Of a run in whose middle the gateway or its database was gone.
  int64_t attempts_max = 5;
};

// One thread does all of it; what blocks there is the database.
class EvaluationRunner {
 public:
  explicit EvaluationRunner(RunParts parts, const RunnerOptions& options = {});
  ~EvaluationRunner();  // Stop()

  // Ends what runs, which waits again, with all samples that are finished. Before what front_door
  // needs is gone. Idempotent.
  void Stop();

 private:
  struct Running;
  void Round();
  void Begin();
  bool Attend(Running& running);  // true: over
  Result<bool> Settle(Running& running, const Result<std::string>& outcome);
  void Note(const Status& status);

  const RunParts parts_;
  const RunnerOptions options_;
  bool was_ok_ = true;  // of the thread alone, as is what it runs
  std::unique_ptr<Running> running_;
  store::PeriodicTask task_;  // last: its first round may come before a constructor has ended
};

}  // namespace lemma::evaluations
