#include "service/store/evaluation_rows.h"

#include <limits>

#include "common/base/check.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

// Without the report.
std::optional<Evaluation> SelectRow(soci::session& sql, const std::string& id) {
  Evaluation e;
  std::string status;
  int64_t is_imported = 0, is_cancel_asked = 0;
  sql << "SELECT id, profile, version, set_id, n_samples, settings, is_imported, asked_by, status, "
         "created_ms, started_ms, ended_ms, n_attempts, is_cancel_asked, n_done, n_right, n_all, "
         "error FROM evaluations WHERE id = :id",
      use(id), into(e.id), into(e.profile), into(e.version), into(e.set_id), into(e.n_samples),
      into(e.settings), into(is_imported), into(e.asked_by), into(status), into(e.created_ms),
      into(e.started_ms), into(e.ended_ms), into(e.n_attempts), into(is_cancel_asked),
      into(e.progress.n_done), into(e.progress.n_right), into(e.progress.n_all), into(e.error);
  if (!sql.got_data()) return std::nullopt;
  const auto named = JobStatusNamed(status);
  LEMMA_CHECK(named.has_value(), "an evaluation's row has an unknown status");
  e.status = *named;
  e.is_imported = is_imported != 0;
  e.is_cancel_asked = is_cancel_asked != 0;
  return e;
}

}  // namespace

void InsertEvaluation(soci::session& sql, const Evaluation& e) {
  const int64_t is_imported = e.is_imported ? 1 : 0;
  const std::string status = JobStatusName(e.status);
  sql << "INSERT INTO evaluations (id, profile, version, set_id, n_samples, settings, is_imported, "
         "asked_by, status, created_ms, started_ms, ended_ms, holder, lease_until_ms, n_attempts, "
         "is_cancel_asked, n_done, n_right, n_all, error, report) VALUES (:id, :profile, :version, "
         ":set, :samples, :settings, :imported, :by, :status, :created, :started, :ended, '', 0, "
         "0, 0, :done, :right, :all, '', :report)",
      use(e.id), use(e.profile), use(e.version), use(e.set_id), use(e.n_samples), use(e.settings),
      use(is_imported), use(e.asked_by), use(status), use(e.created_ms), use(e.started_ms),
      use(e.ended_ms), use(e.progress.n_done), use(e.progress.n_right), use(e.progress.n_all),
      use(e.report);
}

std::optional<Evaluation> SelectEvaluation(soci::session& sql, const std::string& id) {
  auto evaluation = SelectRow(sql, id);
  if (evaluation) {
    sql << "SELECT report FROM evaluations WHERE id = :id", use(id), into(evaluation->report);
  }
  return evaluation;
}

std::vector<Evaluation> SelectEvaluations(soci::session& sql, const EvaluationSearch& search,
                                          const std::string& after, int64_t n_max) {
  int64_t before_ms = std::numeric_limits<int64_t>::max();
  sql << "SELECT created_ms FROM evaluations WHERE id = :id", use(after), into(before_ms);
  const std::string status = search.status ? JobStatusName(*search.status) : "";
  std::vector<std::string> ids;
  std::string id;
  soci::statement statement =
      (sql.prepare << "SELECT id FROM evaluations WHERE "
                      "(created_ms < :before OR (created_ms = :before AND id < :after)) AND "
                      "(:profile = '' OR profile = :profile) AND "
                      "(:version = 0 OR version = :version) AND (:set = '' OR set_id = :set) AND "
                      "(:status = '' OR status = :status) ORDER BY created_ms DESC, id DESC "
                      "LIMIT :n",
       use(before_ms, "before"), use(after, "after"), use(search.profile, "profile"),
       use(search.version, "version"), use(search.set_id, "set"), use(status, "status"),
       use(n_max, "n"), into(id));
  statement.execute();
  while (statement.fetch()) ids.push_back(id);
  std::vector<Evaluation> evaluations;
  for (const std::string& each : ids) evaluations.push_back(SelectRow(sql, each).value());
  return evaluations;
}

}  // namespace lemma::store
