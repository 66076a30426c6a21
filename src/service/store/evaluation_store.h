// Evaluations in the database: which version of a profile is asked which problems, who runs it now,
// what has come of it. One runs at a time, under a lease that its gateway renews; one whose lease
// has run out goes on at another, with the samples that are finished.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"
#include "service/store/job_store.h"

namespace lemma::store {

struct EvaluationProgress {
  int64_t n_done = 0;   // samples
  int64_t n_right = 0;  // of these
  int64_t n_all = 0;    // 0: not known yet
};

struct Evaluation {
  std::string id = {};
  std::string profile = {};  // of an imported one "" where its report names none
  int64_t version = 0;
  std::string set_id = {};
  int64_t n_samples = 1;      // of each problem
  std::string settings = {};  // JSON, as the report has them
  bool is_imported = false;   // its report was made elsewhere
  std::string asked_by = {};
  JobStatus status = JobStatus::kQueued;
  int64_t created_ms = 0;  // Unix time, as all that follow
  int64_t started_ms = 0;  // the first time; 0: not yet
  int64_t ended_ms = 0;
  int64_t n_attempts = 0;  // times it was claimed and not given back
  bool is_cancel_asked = false;
  EvaluationProgress progress = {};
  std::string error = {};   // of one that failed
  std::string report = {};  // JSON, of one that is done
};

// All that is set must fit.
struct EvaluationSearch {
  std::string profile = "";  // "": any
  int64_t version = 0;       // 0: any
  std::string set_id = "";
  std::optional<JobStatus> status = {};
};

// What is finished of one evaluation.
struct EvaluationSample {
  std::string problem;
  int64_t sample = 0;
  std::string result;  // JSON
};

struct EvaluationEnd {
  JobStatus status = JobStatus::kDone;
  std::string error = {};
  std::string report = {};
};

inline constexpr int64_t kEvaluationsOfSetMax = 1000;
inline constexpr int64_t kEvaluationsWaitingMax = 50;

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What people do is an
// entry of the audit log, of who is named as `by`. Clocks of gateways that share it must agree to
// within a second.
class EvaluationStore {
 public:
  // Both outlive it.
  EvaluationStore(Database& database, const UnixClock& clock)
      : database_(database), clock_(clock) {}

  // `evaluation`: all up to is_imported; of an imported one progress and report too, and it is
  // done. As it is then. kInvalidArgument, field "set": no such set; kTooLarge and kUnavailable:
  // there are too many.
  Result<Evaluation> Create(const Evaluation& evaluation, const Actor& by);
  Result<Evaluation> Find(const std::string& id);  // kNotFound
  // The newest first, those before `after` ("": from the newest), without reports.
  Result<std::vector<Evaluation>> List(const EvaluationSearch& search, const std::string& after,
                                       int64_t n_max);
  // One that waits is cancelled at once, one that runs is to be. One that has ended stays as it is.
  Status Cancel(const std::string& id, const Actor& by);

  // The one to be run next; nullopt: none waits, or one runs.
  Result<std::optional<Evaluation>> Next();
  // Takes it for `run`, a name used once. False: another was faster.
  Result<bool> Claim(const std::string& id, const std::string& run, int64_t lease_ms);
  // How the evaluation is to be run now, and the samples that are finished of it. Other settings
  // than before drop those.
  Result<std::vector<EvaluationSample>> Begin(const std::string& id, const std::string& settings);

  struct Hold {
    bool is_ours = false;  // false: the run has lost it
    bool is_cancel_asked = false;
  };
  // Renews the lease.
  Result<Hold> Renew(const std::string& id, const std::string& run,
                     const EvaluationProgress& progress, int64_t lease_ms);
  // kCancelled: it is no longer this run's.
  Status AddSample(const std::string& id, const std::string& run, const EvaluationSample& sample);
  // These two do nothing and say false where it is no longer this run's.
  Result<bool> End(const std::string& id, const std::string& run,
                   const EvaluationProgress& progress, const EvaluationEnd& end);
  // It waits again. `counts`: this was one of its attempts.
  Result<bool> GiveBack(const std::string& id, const std::string& run, bool counts);

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
