// The finished samples of one evaluation in the database.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/eval/kept_samples.h"
#include "service/store/evaluation_store.h"

namespace lemma::evaluations {

class StoredSamples final : public eval::KeptSamples {
 public:
  // `samples`: those that are there. `store` outlives it. Errors: kInvalidArgument for a row that
  // is none of ours.
  static Result<std::unique_ptr<StoredSamples>> Open(
      store::EvaluationStore& store, std::string evaluation, std::string run,
      const std::vector<store::EvaluationSample>& samples);

  const eval::SampleResult* Find(const std::string& problem, int sample) const override;
  Status Append(const std::string& problem, int sample, const eval::SampleResult& result) override;

 private:
  StoredSamples(store::EvaluationStore& store, std::string evaluation, std::string run)
      : store_(store), evaluation_(std::move(evaluation)), run_(std::move(run)) {}

  store::EvaluationStore& store_;
  const std::string evaluation_, run_;
  std::map<std::pair<std::string, int>, eval::SampleResult> results_;
};

}  // namespace lemma::evaluations
