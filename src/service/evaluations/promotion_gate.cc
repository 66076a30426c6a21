#include "service/evaluations/promotion_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "service/evaluations/evaluation_report.h"
#include "service/reason/profile_label.h"
#include "service/reason/profile_set.h"

namespace lemma::evaluations {
namespace {

namespace json = boost::json;
using store::ProfileShare;

constexpr int64_t kLookedAtMax = 50;  // evaluations of a version; the newest

std::vector<ProfileShare> SharesOf(const store::ProfileSnapshot& snapshot, const std::string& name,
                                   const std::string& label) {
  for (const store::ProfileLabel& each : snapshot.labels) {
    if (each.name == name && each.label == label) return each.shares;
  }
  return {};
}

// The version that most requests get; of equal ones the one named first. 0: none.
int32_t InProduction(const std::string& profile, const std::vector<ProfileShare>& shares) {
  // Where nobody has ever moved the label of a shipped profile.
  if (shares.empty()) return reason::IsShipped(profile) ? 1 : 0;
  return std::max_element(shares.begin(), shares.end(),
                          [](const auto& a, const auto& b) { return a.weight < b.weight; })
      ->version;
}

// How an evaluation was asked; its profile, its model and what computed it aside, which are the
// version's. nullopt: not as users ask, so it does not count. (With "max_tokens": 1 every version
// is as good as any other.)
std::optional<json::object> CountedSettings(const store::Evaluation& evaluation) {
  auto settings = ParseJsonObject(evaluation.settings, "the settings");
  if (evaluation.is_imported || !settings.ok()) return std::nullopt;
  for (const char* of_version : {"profile", "model", "system_fingerprint"}) {
    settings->erase(of_version);
  }
  const bool is_plain = std::all_of(settings->begin(), settings->end(),
                                    [](const auto& member) { return member.key() == "seed"; });
  return is_plain ? std::optional(std::move(*settings)) : std::nullopt;
}

// The newest that is done and counts; of `settings`, where those are given.
Result<std::optional<store::Evaluation>> Newest(store::EvaluationStore& evaluations,
                                                const store::EvaluationSearch& search,
                                                const std::optional<json::object>& settings) {
  LEMMA_ASSIGN_OR_RETURN(const auto done, evaluations.List(search, "", kLookedAtMax));
  for (const store::Evaluation& evaluation : done) {
    const auto counted = CountedSettings(evaluation);
    if (!counted || (settings && *counted != *settings)) continue;
    LEMMA_ASSIGN_OR_RETURN(store::Evaluation whole, evaluations.Find(evaluation.id));
    return std::optional(std::move(whole));
  }
  return std::optional<store::Evaluation>();
}

std::string RegressionText(const eval::Comparison& comparison) {
  return fmt::format("pass@1 {:.1f} % against {:.1f} %, p {:.4f}", 100 * comparison.pass_at_1[1],
                     100 * comparison.pass_at_1[0], comparison.test.p);
}

}  // namespace

Result<std::optional<GateVerdict>> PromotionGate::Judge(const std::string& profile,
                                                        int32_t version) {
  LEMMA_ASSIGN_OR_RETURN(const auto gate, stores_.gates.Find(profile));
  if (!gate) return std::optional<GateVerdict>();
  LEMMA_ASSIGN_OR_RETURN(const auto snapshot, stores_.profiles.Snapshot());
  LEMMA_ASSIGN_OR_RETURN(
      GateVerdict verdict,
      Compare(*gate, profile, version,
              InProduction(profile, SharesOf(snapshot, profile, reason::kProductionLabel))));
  return std::optional(std::move(verdict));
}

Result<GateVerdict> PromotionGate::Compare(const store::ProfileGate& gate,
                                           const std::string& profile, int32_t version,
                                           int32_t production) {
  GateVerdict verdict{.refusal = "", .production = production};
  if (production == 0 || production == version) return verdict;
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, stores_.sets.Find(gate.set_id));
  store::EvaluationSearch search = {.profile = profile,
                                    .version = version,
                                    .set_id = gate.set_id,
                                    .status = store::JobStatus::kDone};
  LEMMA_ASSIGN_OR_RETURN(const auto candidate, Newest(stores_.evaluations, search, std::nullopt));
  if (!candidate) {
    verdict.refusal = fmt::format(
        "{}@{} has no finished evaluation on the set \"{}\" that asks as users do (no settings but "
        "the seed): run one first",
        profile, version, set.name);
    return verdict;
  }
  verdict.evaluation = candidate->id;
  const json::object settings = CountedSettings(*candidate).value();
  search.version = production;
  LEMMA_ASSIGN_OR_RETURN(const auto present, Newest(stores_.evaluations, search, settings));
  if (!present) {
    verdict.refusal =
        fmt::format("{}@{}, which is in production, has no evaluation on the set \"{}\" as {} has",
                    profile, production, set.name, candidate->id);
    verdict.missing = store::Evaluation{.id = "",
                                        .profile = profile,
                                        .version = production,
                                        .set_id = gate.set_id,
                                        .n_samples = candidate->n_samples,
                                        .settings = json::serialize(settings)};
    return verdict;
  }
  verdict.production_evaluation = present->id;
  LEMMA_ASSIGN_OR_RETURN(verdict.comparison, CompareEvaluations(*present, *candidate));
  const bool is_worse =
      verdict.comparison->IsRegression() && -verdict.comparison->test.difference > gate.tolerance;
  if (is_worse) {
    verdict.refusal = fmt::format("{}@{} does worse than {}@{} on the set \"{}\": {} ({}, {})",
                                  profile, version, profile, production, set.name,
                                  RegressionText(*verdict.comparison), candidate->id, present->id);
  }
  return verdict;
}

Result<std::string> PromotionGate::RunMissing(const store::Evaluation& missing,
                                              const store::Actor& by) {
  for (const auto status : {store::JobStatus::kRunning, store::JobStatus::kQueued}) {
    LEMMA_ASSIGN_OR_RETURN(const auto under_way,
                           stores_.evaluations.List({missing.profile, missing.version,
                                                     missing.set_id, std::optional(status)},
                                                    "", kLookedAtMax));
    for (const store::Evaluation& each : under_way) {
      if (CountedSettings(each)) return "; " + each.id + " is under way: try again when it is done";
    }
  }
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation begun, stores_.evaluations.Create(missing, by));
  return "; " + begun.id + " now runs it: try again when it is done";
}

Result<std::string> PromotionGate::Promote(const Promotion& promotion, const store::Actor& by) {
  const std::string& profile = promotion.profile;
  store::MoveGuard guard;
  LEMMA_ASSIGN_OR_RETURN(const auto gate, stores_.gates.Find(profile));
  if (gate && promotion.label == reason::kProductionLabel) {
    LEMMA_ASSIGN_OR_RETURN(const auto snapshot, stores_.profiles.Snapshot());
    guard.from = SharesOf(snapshot, profile, promotion.label);
    const int32_t production = InProduction(profile, *guard.from);
    for (const ProfileShare& share : promotion.shares) {
      LEMMA_ASSIGN_OR_RETURN(const GateVerdict verdict,
                             Compare(*gate, profile, share.version, production));
      if (verdict.refusal.empty()) continue;
      if (promotion.overrides) {
        guard.overridden += (guard.overridden.empty() ? "" : "; ") + verdict.refusal;
        continue;
      }
      if (!verdict.missing) return verdict.refusal;
      LEMMA_ASSIGN_OR_RETURN(const std::string what_runs, RunMissing(*verdict.missing, by));
      return verdict.refusal + what_runs;
    }
  }
  std::vector<int32_t> unsaved;
  if (reason::IsShipped(profile)) unsaved.push_back(1);
  LEMMA_RETURN_IF_ERROR(
      stores_.profiles.MoveLabel(profile, promotion.label, promotion.shares, unsaved, by, guard));
  return std::string();
}

}  // namespace lemma::evaluations
