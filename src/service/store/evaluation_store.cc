#include "service/store/evaluation_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include "common/base/random_id.h"
#include "service/store/audit_rows.h"
#include "service/store/evaluation_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

Status NoSuchEvaluation(const std::string& id) { return NotFound("there is no evaluation " + id); }

int64_t Execute(soci::statement&& statement) {
  statement.execute(/*withDataExchange=*/true);
  return statement.get_affected_rows();
}

// First in a transaction that lets something run: those come one after the other.
void LockRuns(soci::session& sql) {
  sql << "UPDATE change_counters SET value = value + 1 WHERE name = 'evaluations'";
}

Status CheckRoom(soci::session& sql, const Evaluation& evaluation) {
  int64_t n_sets = 0, n_of_set = 0, n_waiting = 0;
  sql << "SELECT count(*) FROM problem_sets WHERE id = :id", use(evaluation.set_id), into(n_sets);
  if (n_sets == 0)
    return InvalidArgument("there is no set of problems " + evaluation.set_id, "set");
  sql << "SELECT count(*) FROM evaluations WHERE set_id = :id", use(evaluation.set_id),
      into(n_of_set);
  if (n_of_set >= kEvaluationsOfSetMax) {
    return Status(StatusCode::kTooLarge,
                  fmt::format("there are {} evaluations of this set: delete it, and make it anew",
                              kEvaluationsOfSetMax));
  }
  sql << "SELECT count(*) FROM evaluations WHERE status = 'queued'", into(n_waiting);
  if (!HasEnded(evaluation.status) && n_waiting >= kEvaluationsWaitingMax) {
    return Unavailable(
        fmt::format("{} evaluations are waiting, as many as may", kEvaluationsWaitingMax));
  }
  return Ok();
}

// The oldest that waits, or whose gateway is gone, where none runs. "": none.
std::string SelectNext(soci::session& sql, int64_t now_ms) {
  int64_t n_running = 0;
  sql << "SELECT count(*) FROM evaluations WHERE status = 'running' AND lease_until_ms >= :now",
      use(now_ms), into(n_running);
  std::string id;
  if (n_running > 0) return id;
  sql << "SELECT id FROM evaluations WHERE status IN ('queued', 'running') "
         "ORDER BY created_ms, id LIMIT 1",
      into(id);
  return id;
}

bool IsOfRun(soci::session& sql, const std::string& id, const std::string& run) {
  int64_t n = 0;
  sql << "SELECT count(*) FROM evaluations WHERE id = :id AND holder = :run AND "
         "status = 'running'",
      use(id), use(run), into(n);
  return n > 0;
}

void DropSamples(soci::session& sql, const std::string& id) {
  sql << "DELETE FROM evaluation_samples WHERE evaluation_id = :id", use(id);
}

}  // namespace

Result<Evaluation> EvaluationStore::Create(const Evaluation& evaluation, const Actor& by) {
  Evaluation made = evaluation;
  made.id = "eval_" + RandomHex().substr(0, 12);
  made.asked_by = by.name;
  made.created_ms = clock_.NowMs();
  if (made.is_imported) {
    made.status = JobStatus::kDone;
    made.started_ms = made.ended_ms = made.created_ms;
  }
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    LEMMA_RETURN_IF_ERROR(CheckRoom(sql, made));
    InsertEvaluation(sql, made);
    AppendAudit(sql, made.created_ms, by,
                made.is_imported ? "evaluation.import" : "evaluation.create", made.id,
                {{"profile", made.profile}, {"version", made.version}, {"set", made.set_id}});
    return Ok();
  }));
  return made;
}

Result<Evaluation> EvaluationStore::Find(const std::string& id) {
  std::optional<Evaluation> found;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    found = SelectEvaluation(sql, id);
    return found ? Ok() : NoSuchEvaluation(id);
  }));
  return *found;
}

Result<std::vector<Evaluation>> EvaluationStore::List(const EvaluationSearch& search,
                                                      const std::string& after, int64_t n_max) {
  std::vector<Evaluation> evaluations;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    evaluations = SelectEvaluations(sql, search, after, n_max);
    return Ok();
  }));
  return evaluations;
}

Status EvaluationStore::Cancel(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    LockRuns(sql);
    const auto evaluation = SelectEvaluation(sql, id);
    if (!evaluation) return NoSuchEvaluation(id);
    if (HasEnded(evaluation->status)) return Ok();
    const int64_t now_ms = clock_.NowMs();
    // Nobody else ends one whose gateway is gone.
    const int64_t n_ended =
        Execute((sql.prepare << "UPDATE evaluations SET status = 'cancelled', ended_ms = :now, "
                                "holder = '' WHERE id = :id AND (status = 'queued' OR "
                                "(status = 'running' AND lease_until_ms < :now))",
                 use(now_ms, "now"), use(id, "id")));
    if (n_ended > 0) DropSamples(sql, id);
    sql << "UPDATE evaluations SET is_cancel_asked = 1 WHERE id = :id", use(id);
    AppendAudit(sql, now_ms, by, "evaluation.cancel", id);
    return Ok();
  });
}

Result<std::optional<Evaluation>> EvaluationStore::Next() {
  std::optional<Evaluation> next;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    const std::string id = SelectNext(sql, clock_.NowMs());
    next = id.empty() ? std::nullopt : SelectEvaluation(sql, id);
    return Ok();
  }));
  return next;
}

Result<bool> EvaluationStore::Claim(const std::string& id, const std::string& run,
                                    int64_t lease_ms) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    LockRuns(sql);
    const int64_t now_ms = clock_.NowMs();
    is_ours = SelectNext(sql, now_ms) == id;
    if (!is_ours) return Ok();
    const int64_t until_ms = now_ms + lease_ms;
    sql << "UPDATE evaluations SET status = 'running', holder = :run, lease_until_ms = :until, "
           "n_attempts = n_attempts + 1, started_ms = CASE WHEN started_ms = 0 THEN :now ELSE "
           "started_ms END WHERE id = :id",
        use(run, "run"), use(until_ms, "until"), use(now_ms, "now"), use(id, "id");
    return Ok();
  }));
  return is_ours;
}

Result<std::vector<EvaluationSample>> EvaluationStore::Begin(const std::string& id,
                                                             const std::string& settings) {
  std::vector<EvaluationSample> samples;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    samples.clear();
    const int64_t n_changed =
        Execute((sql.prepare << "UPDATE evaluations SET settings = :settings WHERE id = :id AND "
                                "settings <> :settings",
                 use(settings, "settings"), use(id, "id")));
    if (n_changed > 0) DropSamples(sql, id);
    EvaluationSample row;
    soci::statement statement =
        (sql.prepare << "SELECT problem, sample, result FROM evaluation_samples WHERE "
                        "evaluation_id = :id",
         use(id), into(row.problem), into(row.sample), into(row.result));
    statement.execute();
    while (statement.fetch()) samples.push_back(row);
    return Ok();
  }));
  return samples;
}

Result<EvaluationStore::Hold> EvaluationStore::Renew(const std::string& id, const std::string& run,
                                                     const EvaluationProgress& progress,
                                                     int64_t lease_ms) {
  Hold hold;
  LEMMA_RETURN_IF_ERROR(database_.Write(
      [&](soci::session& sql) {
        const int64_t until_ms = clock_.NowMs() + lease_ms;
        hold = {};
        hold.is_ours =
            Execute((sql.prepare << "UPDATE evaluations SET lease_until_ms = :until, n_done = "
                                    ":done, n_right = :right, n_all = :all WHERE id = :id AND "
                                    "holder = :run AND status = 'running'",
                     use(until_ms), use(progress.n_done), use(progress.n_right),
                     use(progress.n_all), use(id), use(run))) > 0;
        int64_t is_cancel_asked = 0;
        sql << "SELECT is_cancel_asked FROM evaluations WHERE id = :id", use(id),
            into(is_cancel_asked);
        hold.is_cancel_asked = is_cancel_asked != 0;
        return Ok();
      },
      Durability::kKill));
  return hold;
}

Status EvaluationStore::AddSample(const std::string& id, const std::string& run,
                                  const EvaluationSample& sample) {
  return database_.Write(
      [&](soci::session& sql) {
        if (!IsOfRun(sql, id, run)) {
          return Status(StatusCode::kCancelled, "another gateway has the evaluation");
        }
        sql << "INSERT INTO evaluation_samples (evaluation_id, problem, sample, result) VALUES "
               "(:id, :problem, :sample, :result) ON CONFLICT DO NOTHING",
            use(id), use(sample.problem), use(sample.sample), use(sample.result);
        return Ok();
      },
      Durability::kKill);
}

Result<bool> EvaluationStore::End(const std::string& id, const std::string& run,
                                  const EvaluationProgress& progress, const EvaluationEnd& end) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    const int64_t now_ms = clock_.NowMs();
    const std::string status = JobStatusName(end.status);
    is_ours =
        Execute((sql.prepare << "UPDATE evaluations SET status = :status, ended_ms = :now, "
                                "holder = '', n_done = :done, n_right = :right, "
                                "n_all = :all, error = :error, report = :report WHERE "
                                "id = :id AND holder = :run AND status = 'running'",
                 use(status), use(now_ms), use(progress.n_done), use(progress.n_right),
                 use(progress.n_all), use(end.error), use(end.report), use(id), use(run))) > 0;
    if (is_ours) DropSamples(sql, id);
    return Ok();
  }));
  return is_ours;
}

Result<bool> EvaluationStore::GiveBack(const std::string& id, const std::string& run, bool counts) {
  bool is_ours = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    const int64_t n_counted = counts ? 1 : 0;
    is_ours = Execute((sql.prepare << "UPDATE evaluations SET status = 'queued', holder = '', "
                                      "n_attempts = n_attempts - 1 + :n WHERE id = :id AND "
                                      "holder = :run AND status = 'running'",
                       use(n_counted), use(id), use(run))) > 0;
    return Ok();
  }));
  return is_ours;
}

}  // namespace lemma::store
