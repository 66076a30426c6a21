#include "service/store/job_store.h"

#include <soci/soci.h>

#include <cstdint>
#include <limits>

#include "service/access/sealed_text.h"
#include "service/store/audit_rows.h"
#include "service/store/job_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr int kDeleteMax = 100;  // jobs of one transaction: each has up to megabytes of events

// What a webhook's secret is sealed for: in another job's row it is of no use.
std::string PurposeOf(const std::string& id) { return "webhook of " + id; }

int64_t Count(soci::session& sql, const std::string& key_id) {
  int64_t n = 0;
  if (key_id.empty()) {
    sql << "SELECT count(*) FROM jobs WHERE status = 'queued'", into(n);
  } else {
    sql << "SELECT count(*) FROM jobs WHERE status = 'queued' AND key_id = :key", use(key_id),
        into(n);
  }
  return n;
}

Status CheckRoom(soci::session& sql, const std::string& key_id, const JobLimits& limits) {
  if (Count(sql, "") >= limits.waiting_max) {
    return Unavailable("too many jobs are waiting; try again later");
  }
  if (!key_id.empty() && Count(sql, key_id) >= limits.key_waiting_max) {
    return Status(StatusCode::kRateLimited, "this API key has " +
                                                std::to_string(limits.key_waiting_max) +
                                                " jobs waiting, as many as it may");
  }
  return Ok();
}

std::string IdOf(soci::session& sql, const Job& job) {
  std::string id;
  sql << "SELECT id FROM jobs WHERE key_id = :key AND idempotency_key = :idem", use(job.key_id),
      use(job.idempotency_key), into(id);
  return id;
}

// A job that nobody runs ends; one that runs is to.
void CancelIn(soci::session& sql, const std::string& id, int64_t now_ms) {
  sql << "UPDATE jobs SET status = 'cancelled', ended_ms = :now, webhook_due_ms = :now, "
         "holder = '' WHERE id = :id AND (status = 'queued' OR "
         "(status = 'running' AND lease_until_ms < :now))",
      use(now_ms, "now"), use(id, "id");
  sql << "UPDATE jobs SET is_cancel_asked = 1 WHERE id = :id AND status = 'running'", use(id);
}

// Of a job that has ended: what was asked is kept where its key says so alone, and nothing where it
// is to be forgotten.
void DropWhatIsNotKept(soci::session& sql, const std::string& id) {
  sql << "UPDATE jobs SET body = '' WHERE id = :id AND ended_ms > 0 AND NOT EXISTS "
         "(SELECT 1 FROM api_keys WHERE api_keys.id = jobs.key_id AND keeps_content = 1)",
      use(id);
  sql << "DELETE FROM jobs WHERE id = :id AND is_to_forget = 1 AND ended_ms > 0", use(id);
}

int64_t Execute(soci::statement&& statement) {
  statement.execute(/*withDataExchange=*/true);
  return statement.get_affected_rows();
}

}  // namespace

Result<JobStore::Created> JobStore::Create(const Job& job, const JobLimits& limits) {
  Created created;
  std::string sealed;
  if (!job.webhook.secret.empty()) {
    sealed = access::Seal(secret_, PurposeOf(job.id), job.webhook.secret);
  }
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    std::string id = job.idempotency_key.empty() ? "" : IdOf(sql, job);
    created.is_new = false;
    if (id.empty()) {
      LEMMA_RETURN_IF_ERROR(CheckRoom(sql, job.key_id, limits));
      Job fresh = job;
      fresh.created_ms = clock_.NowMs();
      fresh.webhook.secret = sealed;
      created.is_new = InsertJob(sql, fresh);
      id = created.is_new ? job.id : IdOf(sql, job);  // another may have been faster
    }
    created.job = SelectJob(sql, id).value();
    return Ok();
  }));
  return created;
}

Result<std::optional<Job>> JobStore::Find(const std::optional<std::string>& key_id,
                                          const std::string& id) {
  std::optional<Job> job;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    job = SelectJob(sql, id);
    return Ok();
  }));
  if (job && key_id && job->key_id != *key_id) job.reset();
  return job;
}

Result<std::vector<Job>> JobStore::List(const JobSearch& search, const std::string& after,
                                        int64_t n_max) {
  // Not as one more value that may be "": jobs_key is the index of an owner's own list.
  const std::string of_key = search.key_id ? "key_id = :key" : ":key = ''";
  const std::string key_id = search.key_id.value_or("");
  const std::string status = search.status ? JobStatusName(*search.status) : "";
  std::vector<Job> jobs;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    jobs.clear();
    int64_t before_ms = std::numeric_limits<int64_t>::max();
    sql << "SELECT created_ms FROM jobs WHERE id = :id", use(after), into(before_ms);
    std::vector<std::string> ids;
    std::string id;
    soci::statement statement =
        (sql.prepare << "SELECT id FROM jobs WHERE " + of_key +
                            " AND (created_ms < :before OR (created_ms = :before AND id < :after)) "
                            "AND (:status = '' OR status = :status) "
                            "AND (:target = '' OR target = :target) "
                            "ORDER BY created_ms DESC, id DESC LIMIT :n",
         use(key_id, "key"), use(before_ms, "before"), use(after, "after"), use(status, "status"),
         use(search.target, "target"), use(n_max, "n"), into(id));
    statement.execute();
    while (statement.fetch()) ids.push_back(id);
    for (const std::string& each : ids) {
      if (auto job = SelectJob(sql, each, /*with_texts=*/false)) jobs.push_back(std::move(*job));
    }
    return Ok();
  }));
  return jobs;
}

Result<std::vector<JobEvents>> JobStore::Events(const std::string& id, int64_t offset,
                                                int64_t rows_max) {
  std::vector<JobEvents> events;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    events.clear();
    JobEvents row;
    soci::statement statement =
        (sql.prepare << "SELECT first, n, lines FROM job_events WHERE job_id = :id AND "
                        "first + n > :offset ORDER BY first LIMIT :rows",
         use(id), use(offset), use(rows_max), into(row.first), into(row.n), into(row.lines));
    statement.execute();
    while (statement.fetch()) events.push_back(row);
    return Ok();
  }));
  return events;
}

Status JobStore::Cancel(const std::string& id, const Actor* by) {
  return database_.Write([&](soci::session& sql) {
    const int64_t now_ms = clock_.NowMs();
    CancelIn(sql, id, now_ms);
    DropWhatIsNotKept(sql, id);
    if (by != nullptr) AppendAudit(sql, now_ms, *by, "job.cancel", id);
    return Ok();
  });
}

Status JobStore::Forget(const std::string& id) {
  return database_.Write([&](soci::session& sql) {
    CancelIn(sql, id, clock_.NowMs());
    sql << "UPDATE jobs SET is_to_forget = 1 WHERE id = :id", use(id);
    DropWhatIsNotKept(sql, id);
    return Ok();
  });
}

Result<std::optional<Job>> JobStore::Claim(const std::string& run, int64_t lease_ms) {
  const int64_t now_ms = clock_.NowMs();
  std::string id, holder;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    id.clear();
    // Those that run are few: as many as gateways have slots.
    sql << "SELECT j.id, j.holder FROM jobs j LEFT JOIN (SELECT key_id, count(*) AS n FROM jobs "
           "WHERE status = 'running' AND lease_until_ms >= :now GROUP BY key_id) r "
           "ON r.key_id = j.key_id WHERE (j.status = 'queued' AND j.due_ms <= :now) OR "
           "(j.status = 'running' AND j.lease_until_ms < :now) "
           "ORDER BY coalesce(r.n, 0), j.created_ms, j.id LIMIT 1",
        use(now_ms, "now"), into(id), into(holder);
    return Ok();
  }));
  std::optional<Job> job;
  if (id.empty()) return job;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    job.reset();
    const int64_t until_ms = now_ms + lease_ms;
    // Nothing happens where another has claimed it, or it was cancelled, in between.
    const int64_t n_claimed = Execute(
        (sql.prepare << "UPDATE jobs SET status = 'running', holder = :run, lease_until_ms = "
                        ":until, n_attempts = n_attempts + 1, progress = '', started_ms = CASE "
                        "WHEN started_ms = 0 THEN :now ELSE started_ms END WHERE id = :id AND "
                        "holder = :holder AND status IN ('queued', 'running')",
         use(run, "run"), use(until_ms, "until"), use(now_ms, "now"), use(id, "id"),
         use(holder, "holder")));
    if (n_claimed == 0) return Ok();
    sql << "DELETE FROM job_events WHERE job_id = :id", use(id);
    job = SelectJob(sql, id);
    return Ok();
  }));
  return job;
}

Result<std::vector<std::string>> JobStore::CancelAsked() {
  std::vector<std::string> ids;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    ids.clear();
    std::string id;
    soci::statement statement =
        (sql.prepare << "SELECT id FROM jobs WHERE status = 'running' AND is_cancel_asked = 1",
         into(id));
    statement.execute();
    while (statement.fetch()) ids.push_back(id);
    return Ok();
  }));
  return ids;
}

Result<bool> JobStore::Save(const std::string& id, const std::string& run, const JobNews& news,
                            int64_t lease_ms) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write(
      [&](soci::session& sql) {
        is_ours = AppendNews(sql, id, run, news, clock_.NowMs() + lease_ms);
        return Ok();
      },
      Durability::kKill));
  return is_ours;
}

Result<bool> JobStore::End(const std::string& id, const std::string& run, const JobNews& news,
                           const JobEnd& end) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    const int64_t now_ms = clock_.NowMs();
    is_ours = AppendNews(sql, id, run, news, now_ms);
    if (!is_ours) return Ok();
    const std::string status = JobStatusName(end.status);
    sql << "UPDATE jobs SET status = :status, ended_ms = :now, http_status = :http, "
           "result = :result, webhook_due_ms = :now, holder = '' WHERE id = :id",
        use(status, "status"), use(now_ms, "now"), use(end.http_status, "http"),
        use(end.result, "result"), use(id, "id");
    DropWhatIsNotKept(sql, id);
    return Ok();
  }));
  return is_ours;
}

Result<bool> JobStore::GiveBack(const std::string& id, const std::string& run, const JobNews& news,
                                int64_t delay_ms, bool counts) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    const int64_t due_ms = clock_.NowMs() + delay_ms;
    const int64_t n_counted = counts ? 1 : 0;
    is_ours = AppendNews(sql, id, run, news, /*lease_until_ms=*/0);
    if (!is_ours) return Ok();
    sql << "UPDATE jobs SET status = 'queued', holder = '', due_ms = :due, "
           "n_attempts = n_attempts - 1 + :n WHERE id = :id",
        use(due_ms), use(n_counted), use(id);
    return Ok();
  }));
  return is_ours;
}

Result<std::optional<Job>> JobStore::ClaimWebhook(int64_t claim_ms) {
  const int64_t now_ms = clock_.NowMs();
  std::optional<Job> job;
  while (!job) {  // where another sender was quicker there may be a next one
    std::string id;
    int64_t due_ms = 0;
    LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
      id.clear();
      sql << "SELECT id, webhook_due_ms FROM jobs WHERE webhook_state = 'waiting' AND ended_ms > 0 "
             "AND webhook_due_ms <= :now ORDER BY webhook_attempts, webhook_due_ms LIMIT 1",
          use(now_ms), into(id), into(due_ms);
      return Ok();
    }));
    if (id.empty()) break;
    LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
      job.reset();
      const int64_t until_ms = now_ms + claim_ms;
      const int64_t n_claimed =
          Execute((sql.prepare << "UPDATE jobs SET webhook_due_ms = :until, webhook_attempts = "
                                  "webhook_attempts + 1 WHERE id = :id AND webhook_due_ms = :due "
                                  "AND webhook_state = 'waiting'",
                   use(until_ms), use(id), use(due_ms)));
      if (n_claimed > 0) job = SelectJob(sql, id);
      return Ok();
    }));
  }
  return job;
}

Result<std::string> JobStore::WebhookSecret(const Job& job) const {
  return access::Unseal(secret_, PurposeOf(job.id), job.webhook.secret);
}

Status JobStore::SaveWebhook(const std::string& id, const std::string& state, int64_t delay_ms,
                             const std::string& error) {
  return database_.Write([&](soci::session& sql) {
    const int64_t due_ms = clock_.NowMs() + delay_ms;
    sql << "UPDATE jobs SET webhook_state = :state, webhook_due_ms = :due, webhook_error = :error, "
           "webhook_secret = "
           "CASE WHEN :state = 'waiting' THEN webhook_secret ELSE '' END WHERE id = :id",
        use(state, "state"), use(due_ms, "due"), use(error, "error"), use(id, "id");
    return Ok();
  });
}

Status JobStore::DeleteOlder(int64_t age_ms, const std::stop_token& stop) {
  const int64_t unix_ms = clock_.NowMs() - age_ms;
  for (bool is_done = false; !is_done && !stop.stop_requested();) {
    LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
      is_done = Execute((sql.prepare << "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE "
                                        "ended_ms > 0 AND ended_ms < :before LIMIT :n)",
                         use(unix_ms), use(kDeleteMax))) < kDeleteMax;
      return Ok();
    }));
  }
  return Ok();
}

}  // namespace lemma::store
