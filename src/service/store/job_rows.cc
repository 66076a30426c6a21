#include "service/store/job_rows.h"

#include <algorithm>
#include <iterator>

#include "common/base/check.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr const char* kStatusNames[] = {"queued", "running", "done", "failed", "cancelled"};

JobStatus StatusOf(const std::string& name) {
  const auto status = JobStatusNamed(name);
  LEMMA_CHECK(status.has_value(), "a job's row has an unknown status");
  return *status;
}

}  // namespace

const char* JobStatusName(JobStatus status) { return kStatusNames[static_cast<size_t>(status)]; }

std::optional<JobStatus> JobStatusNamed(std::string_view name) {
  const auto* found = std::find(std::begin(kStatusNames), std::end(kStatusNames), name);
  if (found == std::end(kStatusNames)) return std::nullopt;
  return static_cast<JobStatus>(found - std::begin(kStatusNames));
}

bool InsertJob(soci::session& sql, const Job& job) {
  const std::string webhook_state = job.webhook.url.empty() ? "" : "waiting";
  soci::statement insert =
      (sql.prepare << "INSERT INTO jobs (id, key_id, idempotency_key, digest, target, body, "
                      "status, created_ms, started_ms, ended_ms, due_ms, holder, lease_until_ms, "
                      "n_attempts, is_cancel_asked, n_events, progress, http_status, result, "
                      "webhook_url, webhook_secret, webhook_state, webhook_due_ms, "
                      "webhook_attempts, webhook_error, traceparent) VALUES (:id, :key, :idem, "
                      ":digest, :target, :body, "
                      "'queued', :created, 0, 0, 0, '', 0, 0, 0, 0, '', 0, '', :url, :secret, "
                      ":state, 0, 0, '', :traceparent) ON CONFLICT DO NOTHING",
       use(job.id), use(job.key_id), use(job.idempotency_key), use(job.digest), use(job.target),
       use(job.body), use(job.created_ms), use(job.webhook.url), use(job.webhook.secret),
       use(webhook_state), use(job.traceparent));
  insert.execute(/*withDataExchange=*/true);
  return insert.get_affected_rows() > 0;
}

std::optional<Job> SelectJob(soci::session& sql, const std::string& id, bool with_texts) {
  const std::string body = with_texts ? "body" : "''", result = with_texts ? "result" : "''";
  Job job;
  std::string status;
  int64_t is_cancel_asked = 0;
  sql << "SELECT id, key_id, idempotency_key, digest, target, " + body +
             ", status, created_ms, started_ms, ended_ms, n_attempts, is_cancel_asked, n_events, "
             "progress, http_status, " +
             result +
             ", webhook_url, webhook_secret, webhook_state, webhook_attempts, webhook_error, "
             "traceparent "
             "FROM jobs WHERE id = :id",
      use(id), into(job.id), into(job.key_id), into(job.idempotency_key), into(job.digest),
      into(job.target), into(job.body), into(status), into(job.created_ms), into(job.started_ms),
      into(job.ended_ms), into(job.n_attempts), into(is_cancel_asked), into(job.n_events),
      into(job.progress), into(job.http_status), into(job.result), into(job.webhook.url),
      into(job.webhook.secret), into(job.webhook.state), into(job.webhook.n_attempts),
      into(job.webhook.error), into(job.traceparent);
  if (!sql.got_data()) return std::nullopt;
  job.status = StatusOf(status);
  job.is_cancel_asked = is_cancel_asked != 0;
  return job;
}

bool AppendNews(soci::session& sql, const std::string& id, const std::string& run,
                const JobNews& news, int64_t lease_until_ms) {
  soci::statement update =
      (sql.prepare << "UPDATE jobs SET lease_until_ms = :until, n_events = n_events + :n, "
                      "progress = :progress WHERE id = :id AND holder = :run AND "
                      "status = 'running'",
       use(lease_until_ms), use(news.n_lines), use(news.progress), use(id), use(run));
  update.execute(/*withDataExchange=*/true);
  if (update.get_affected_rows() == 0) return false;
  if (news.n_lines == 0) return true;
  int64_t n_events = 0;
  sql << "SELECT n_events FROM jobs WHERE id = :id", use(id), into(n_events);
  sql << "INSERT INTO job_events (job_id, first, n, lines) VALUES (:id, :first, :n, :lines)",
      use(id), use(n_events - news.n_lines), use(news.n_lines), use(news.lines);
  return true;
}

}  // namespace lemma::store
