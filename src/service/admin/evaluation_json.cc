#include "service/admin/evaluation_json.h"

#include <boost/json.hpp>

#include "common/base/json.h"
#include "service/admin/route.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;

json::value TextOrNull(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

json::object ProblemSetJson(const store::ProblemSet& set) {
  return {{"id", set.id},
          {"name", set.name},
          {"digest", set.digest},
          {"problems", set.n_problems},
          {"created_by", set.created_by},
          {"created", TimeValue(set.created_ms)}};
}

json::object EvaluationJson(const store::Evaluation& evaluation) {
  const store::EvaluationProgress& progress = evaluation.progress;
  json::object object = {{"id", evaluation.id},
                         {"profile", evaluation.profile},
                         {"version", evaluation.version},
                         {"set", evaluation.set_id},
                         {"samples", evaluation.n_samples},
                         {"settings", ParseJson(evaluation.settings, "the settings").value()},
                         {"imported", evaluation.is_imported},
                         {"asked_by", evaluation.asked_by},
                         {"status", store::JobStatusName(evaluation.status)},
                         {"cancel_asked", evaluation.is_cancel_asked},
                         {"attempts", evaluation.n_attempts},
                         {"created", TimeValue(evaluation.created_ms)},
                         {"started", TimeValue(evaluation.started_ms)},
                         {"ended", TimeValue(evaluation.ended_ms)},
                         {"done", progress.n_done},
                         {"right", progress.n_right},
                         {"all", progress.n_all},
                         {"error", TextOrNull(evaluation.error)}};
  return object;
}

json::value GateJson(const std::optional<store::ProfileGate>& gate) {
  if (!gate) return nullptr;
  return json::object{{"set", gate->set_id}, {"tolerance", gate->tolerance}};
}

json::object VerdictJson(const evaluations::GateVerdict& verdict) {
  json::object object = {{"is_open", verdict.refusal.empty()},
                         {"reason", TextOrNull(verdict.refusal)},
                         {"production", nullptr},
                         {"evaluation", TextOrNull(verdict.evaluation)},
                         {"production_evaluation", TextOrNull(verdict.production_evaluation)},
                         {"comparison", nullptr}};
  if (verdict.production != 0) object["production"] = verdict.production;
  if (verdict.comparison) object["comparison"] = eval::RenderComparison(*verdict.comparison);
  return object;
}

}  // namespace lemma::admin
