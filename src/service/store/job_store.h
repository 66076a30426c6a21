// Jobs in the database: what was asked to be done, who does it now, what has come of it. A job runs
// under a lease that its gateway renews; one whose lease has run out may be claimed by another.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/key_secret.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

enum class JobStatus { kQueued, kRunning, kDone, kFailed, kCancelled };
const char* JobStatusName(JobStatus status);
std::optional<JobStatus> JobStatusNamed(std::string_view name);
inline bool HasEnded(JobStatus status) { return status > JobStatus::kRunning; }

// Who is told of a job's end.
struct JobWebhook {
  std::string url;
  // Of its signatures; forgotten when it is delivered or given up. Of a job that a JobStore gave it
  // is sealed (access/sealed_text.h): JobStore::WebhookSecret.
  std::string secret;
  std::string state;  // "", "waiting", "delivered", "failed"
  int64_t n_attempts = 0;
  std::string error;  // of the last attempt that failed
};

struct Job {
  std::string id;
  std::string key_id;           // whose it is; "": of callers without a key
  std::string idempotency_key;  // "": none
  std::string digest;           // of what was asked; compared where an idempotency key comes again
  std::string target;           // "/v1/solve"
  std::string body;             // JSON, with its seed; "": not kept after its end
  std::string traceparent;      // of who asked for it, the header; "": none
  JobStatus status = JobStatus::kQueued;
  int64_t created_ms = 0;  // Unix time, as all that follow
  int64_t started_ms = 0;  // the first time; 0: not yet
  int64_t ended_ms = 0;
  int64_t n_attempts = 0;  // times it was claimed and not given back
  bool is_cancel_asked = false;
  int64_t n_events = 0;     // so far, in all attempts; those of earlier attempts are not kept
  std::string progress;     // JSON, "": nothing yet
  int64_t http_status = 0;  // of the answer, when it has ended
  std::string result;       // JSON: the answer's body, or where it failed its error
  JobWebhook webhook;
};

// Events one after the other, a line each: a name, which may be "", a space, and JSON.
struct JobEvents {
  int64_t first = 0;  // the offset of the first line
  int64_t n = 0;
  std::string lines;
};

struct JobLimits {
  int64_t waiting_max = 1000;     // of all keys: beyond, kUnavailable
  int64_t key_waiting_max = 100;  // of one: beyond, kRateLimited
};

// Which jobs are wanted; all that is set must fit.
struct JobSearch {
  std::optional<std::string> key_id = {};  // "": of callers without a key; nullopt: everybody's
  std::optional<JobStatus> status = {};
  std::string target = "";  // "": any
};

// What has come of a run since it was last saved.
struct JobNews {
  std::string progress;
  std::string lines;  // as JobEvents
  int64_t n_lines = 0;
};

// How a run ended.
struct JobEnd {
  JobStatus status = JobStatus::kDone;
  int64_t http_status = 0;
  std::string result;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said. Clocks of gateways
// that share it must agree to within a second.
class JobStore {
 public:
  // All outlive it. `secret`: what secrets of webhooks are sealed under.
  JobStore(Database& database, const access::KeySecret& secret, const UnixClock& clock)
      : database_(database), secret_(secret), clock_(clock) {}

  struct Created {
    Job job;
    bool is_new = false;  // false: its key has a job with this idempotency key
  };
  // `job`: all up to `traceparent`, and the webhook's url and secret.
  Result<Created> Create(const Job& job, const JobLimits& limits);

  // nullopt: this key (nullopt: anybody) has no such job.
  Result<std::optional<Job>> Find(const std::optional<std::string>& key_id, const std::string& id);
  // The newest first, those before the job `after` (""; from the newest), without body and result.
  Result<std::vector<Job>> List(const JobSearch& search, const std::string& after, int64_t n_max);
  // The kept events from `offset` on, of so many rows at most.
  Result<std::vector<JobEvents>> Events(const std::string& id, int64_t offset, int64_t rows_max);
  // A job that nobody runs is cancelled at once, one that runs is to be. One that has ended stays
  // as it is. An entry of the audit log where somebody else than its owner asks, `by`.
  Status Cancel(const std::string& id, const Actor* by = nullptr);
  // Cancel, and nothing of it is kept: it goes at once where it has ended, else when it ends.
  // Nobody is told of its end.
  Status Forget(const std::string& id);

  // Of the key with the fewest jobs that run the oldest that may run, for `run`, a name used once.
  // What earlier attempts said is dropped.
  Result<std::optional<Job>> Claim(const std::string& run, int64_t lease_ms);
  // Of these runs, the jobs that are to be cancelled.
  Result<std::vector<std::string>> CancelAsked();
  // These three do nothing and say false where the job is no longer this run's.
  // Renews the lease too.
  Result<bool> Save(const std::string& id, const std::string& run, const JobNews& news,
                    int64_t lease_ms);
  Result<bool> End(const std::string& id, const std::string& run, const JobNews& news,
                   const JobEnd& end);
  // It waits again, for `delay_ms` at least. `counts`: this was one of its attempts.
  Result<bool> GiveBack(const std::string& id, const std::string& run, const JobNews& news,
                        int64_t delay_ms, bool counts);

  // A job that has ended and whose webhook is due, which is claimed for `claim_ms`: one that was
  // tried less often goes first, so that receivers which never answer hold up each other alone.
  Result<std::optional<Job>> ClaimWebhook(int64_t claim_ms);
  // What its receiver shares. Errors: kDataLoss: it was sealed under another secret.
  Result<std::string> WebhookSecret(const Job& job) const;
  // `state`: "delivered", "failed" or, with when to try again, "waiting".
  Status SaveWebhook(const std::string& id, const std::string& state, int64_t delay_ms,
                     const std::string& error);

  // Removes the jobs that ended longer ago. In short transactions, and no further one once `stop`
  // asks for it.
  Status DeleteOlder(int64_t age_ms, const std::stop_token& stop = {});

  int64_t NowMs() const { return clock_.NowMs(); }

 private:
  Database& database_;
  const access::KeySecret& secret_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
