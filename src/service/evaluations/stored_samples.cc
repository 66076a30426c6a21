#include "service/evaluations/stored_samples.h"

#include <boost/json/serialize.hpp>

#include "common/base/json.h"

namespace lemma::evaluations {

Result<std::unique_ptr<StoredSamples>> StoredSamples::Open(
    store::EvaluationStore& store, std::string evaluation, std::string run,
    const std::vector<store::EvaluationSample>& samples) {
  std::unique_ptr<StoredSamples> kept(
      new StoredSamples(store, std::move(evaluation), std::move(run)));
  for (const store::EvaluationSample& sample : samples) {
    LEMMA_ASSIGN_OR_RETURN(const auto object, ParseJsonObject(sample.result, "a kept sample"));
    LEMMA_ASSIGN_OR_RETURN(eval::SampleResult result, eval::ParseSampleResult(object));
    kept->results_[{sample.problem, static_cast<int>(sample.sample)}] = std::move(result);
  }
  return kept;
}

const eval::SampleResult* StoredSamples::Find(const std::string& problem, int sample) const {
  const auto found = results_.find({problem, sample});
  return found == results_.end() ? nullptr : &found->second;
}

Status StoredSamples::Append(const std::string& problem, int sample,
                             const eval::SampleResult& result) {
  return store_.AddSample(
      evaluation_, run_,
      {problem, sample, boost::json::serialize(eval::RenderSampleResult(result))});
}

}  // namespace lemma::evaluations
