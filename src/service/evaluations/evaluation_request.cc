#include "service/evaluations/evaluation_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "service/eval/report.h"
#include "service/evaluations/evaluation_report.h"

namespace lemma::evaluations {
namespace {

namespace json = boost::json;

constexpr size_t kNameBytesMax = 64;

Status CheckName(const std::string& name) {
  const bool has_control = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!name.empty() && name.size() <= kNameBytesMax && !has_control) return Ok();
  return InvalidArgument(
      fmt::format("must have 1 to {} bytes and no control characters", kNameBytesMax), "name");
}

Status CheckSamples(const store::ProblemSet& set, int64_t n_samples) {
  if (n_samples < 1 || n_samples > kSamplesMax) {
    return InvalidArgument(fmt::format("must be from 1 to {}", kSamplesMax), "samples");
  }
  if (n_samples * set.n_problems <= kAllSamplesMax) return Ok();
  return InvalidArgument(
      fmt::format("of {} problems at most {} samples each: an evaluation has at "
                  "most {}",
                  set.n_problems, kAllSamplesMax / set.n_problems, kAllSamplesMax),
      "samples");
}

// "math@3" -> its two parts; of "math", or a label, the version is 0: the report does not say.
void ReadProfile(const std::string& reference, store::Evaluation& evaluation) {
  const size_t at = std::min(reference.find('@'), reference.size());
  evaluation.profile = reference.substr(0, at);
  const char* end = reference.data() + reference.size();
  if (at < reference.size()) std::from_chars(reference.data() + at + 1, end, evaluation.version);
}

}  // namespace

Result<store::ProblemSet> NewProblemSet(const std::string& name, const std::string& lines) {
  LEMMA_RETURN_IF_ERROR(CheckName(name));
  if (lines.size() > kSetBytesMax) {
    return Status(StatusCode::kTooLarge, "has over 2 MiB; split it, or run `lemma eval` itself",
                  "problems");
  }
  const auto dataset = eval::ParseDataset(lines, name, {});
  if (!dataset.ok()) return InvalidArgument(dataset.status().message(), "problems");
  if (dataset->problems.size() > kAllSamplesMax) {
    return InvalidArgument(fmt::format("has over {} problems; split it", kAllSamplesMax),
                           "problems");
  }
  store::ProblemSet set;
  set.name = name;
  set.digest = dataset->digest;
  set.n_problems = static_cast<int64_t>(dataset->problems.size());
  set.lines = lines;
  return set;
}

Result<store::Evaluation> NewEvaluation(const std::string& profile, int64_t version,
                                        const store::ProblemSet& set, int64_t n_samples,
                                        const json::object& settings) {
  LEMMA_RETURN_IF_ERROR(CheckSamples(set, n_samples));
  for (const char* name : {"profile", "system", "model", "system_fingerprint"}) {
    if (settings.contains(name)) {
      return InvalidArgument("is what the profile's version and the server say: leave it out",
                             std::string("settings.") + name);
    }
  }
  LEMMA_ASSIGN_OR_RETURN(const eval::RunSettings parsed, eval::ParseSettings(settings));
  const Status checked = eval::CheckSettings(parsed);
  if (!checked.ok()) return InvalidArgument(checked.message(), "settings");
  return store::Evaluation{.id = "",
                           .profile = profile,
                           .version = version,
                           .set_id = set.id,
                           .n_samples = n_samples,
                           .settings = json::serialize(eval::RenderSettings(parsed))};
}

Result<store::Evaluation> ImportedEvaluation(const store::ProblemSet& set,
                                             const json::object& report) {
  const auto run = eval::ParseReport(report);
  if (!run.ok()) return InvalidArgument(run.status().message(), "report");
  if (run->digest != set.digest) {
    return InvalidArgument(fmt::format("is of other problems: {} ({}), the set \"{}\" is {}",
                                       run->dataset, run->digest, set.name, set.digest),
                           "report");
  }
  store::Evaluation evaluation;
  evaluation.set_id = set.id;
  evaluation.is_imported = true;
  evaluation.report = json::serialize(report);
  const auto whole = ReadStoredReport(evaluation.report, set);
  if (!whole.ok()) return InvalidArgument(whole.status().message(), "report");
  ReadProfile(whole->settings.profile, evaluation);
  evaluation.settings = json::serialize(run->settings);
  evaluation.n_samples = static_cast<int64_t>(whole->samples.front().size());
  for (const auto& [id, count] : run->problems) evaluation.progress.n_right += count.right;
  evaluation.progress.n_all = evaluation.progress.n_done =
      evaluation.n_samples * static_cast<int64_t>(whole->samples.size());
  return evaluation;
}

}  // namespace lemma::evaluations
