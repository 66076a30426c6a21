#include "service/evaluations/evaluation_run.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "common/base/json.h"
#include "common/base/random_id.h"
#include "service/eval/figures.h"
#include "service/eval/grader.h"
#include "service/eval/patient_client.h"
#include "service/eval/report.h"
#include "service/eval/sample_run.h"
#include "service/eval/server_fingerprint.h"
#include "service/evaluations/front_door.h"
#include "service/evaluations/stored_samples.h"

namespace lemma::evaluations {
namespace {

namespace json = boost::json;

// Users come first: for as long a server may have no room for it.
constexpr std::chrono::hours kPatience{24};

eval::PatientClient ClientOf(const RunParts& parts, const std::string& evaluation) {
  eval::PatientClientOptions options;
  options.address = "this server";
  options.patience = kPatience;
  return eval::PatientClient(
      options, [&parts, evaluation](net::HttpRequest request, const std::stop_token& stop) {
        request.headers.push_back({"x-request-id", evaluation + "-" + RandomHex()});
        return AskFrontDoor(parts.front_door, std::move(request), stop);
      });
}

// As it is asked now: which model answers is part of what a report says.
Result<eval::RunSettings> SettingsOf(const RunParts& parts, const store::Evaluation& evaluation) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object,
                         ParseJsonObject(evaluation.settings, "the settings"));
  LEMMA_ASSIGN_OR_RETURN(eval::RunSettings settings, eval::ParseSettings(object));
  settings.profile = ProfileOf(evaluation);
  LEMMA_ASSIGN_OR_RETURN(settings.model, parts.model_of(settings.profile));
  return settings;
}

Status CheckJudge(const RunParts& parts, const eval::Dataset& dataset) {
  const bool has_tests = std::any_of(dataset.problems.begin(), dataset.problems.end(),
                                     [](const auto& problem) { return problem.tests.has_value(); });
  return has_tests && parts.judge == nullptr ? InvalidArgument(parts.no_judge) : Ok();
}

}  // namespace

std::string ProfileOf(const store::Evaluation& evaluation) {
  return evaluation.profile + "@" + std::to_string(evaluation.version);
}

EvaluationRun::EvaluationRun(const RunParts& parts, store::Evaluation evaluation, std::string run,
                             std::function<void()> on_end)
    : parts_(parts),
      evaluation_(std::move(evaluation)),
      run_(std::move(run)),
      progress_(evaluation_.progress) {
  thread_ = std::jthread([this, on_end = std::move(on_end)](const std::stop_token& stop) {
    Result<std::string> outcome = Run(stop);
    {
      const std::lock_guard lock(mutex_);
      outcome_ = std::move(outcome);
    }
    on_end();
  });
}

EvaluationRun::~EvaluationRun() = default;  // of a jthread: stops and joins

void EvaluationRun::Stop() { thread_.request_stop(); }

store::EvaluationProgress EvaluationRun::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::optional<Result<std::string>> EvaluationRun::outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

Result<std::string> EvaluationRun::Run(const std::stop_token& stop) {
  LEMMA_ASSIGN_OR_RETURN(eval::RunSettings settings, SettingsOf(parts_, evaluation_));
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, parts_.sets->Find(evaluation_.set_id));
  LEMMA_ASSIGN_OR_RETURN(
      const eval::Dataset dataset,
      eval::ParseDataset(set.lines, set.name, {.seed = static_cast<uint64_t>(settings.seed)}));
  LEMMA_RETURN_IF_ERROR(CheckJudge(parts_, dataset));
  eval::PatientClient client = ClientOf(parts_, evaluation_.id);
  LEMMA_ASSIGN_OR_RETURN(std::string fingerprint,
                         eval::ServerFingerprint(client, settings, dataset.problems.front(), stop));
  // Of a server that does not say it the one that is known stands.
  if (!fingerprint.empty()) settings.system_fingerprint = std::move(fingerprint);
  LEMMA_ASSIGN_OR_RETURN(
      const auto finished,
      parts_.store->Begin(evaluation_.id, json::serialize(eval::RenderSettings(settings))));
  LEMMA_ASSIGN_OR_RETURN(const auto kept,
                         StoredSamples::Open(*parts_.store, evaluation_.id, run_, finished));
  const eval::SampleRunOptions options = {.n_samples = static_cast<int>(evaluation_.n_samples),
                                          .n_parallel = kParallel,
                                          .stop = stop,
                                          .stop_programs = stop};
  LEMMA_ASSIGN_OR_RETURN(
      const eval::Samples samples,
      eval::RunSamples(dataset, settings, options, client, eval::Grader(parts_.judge), *kept,
                       [this](const eval::SampleRunProgress& progress) {
                         const std::lock_guard lock(mutex_);
                         progress_ = {progress.n_done, progress.n_right, progress.n_all};
                       }));
  const eval::Figures figures = eval::ComputeFigures(dataset, settings, samples);
  return json::serialize(eval::RenderReport({dataset, settings, samples, figures}));
}

}  // namespace lemma::evaluations
