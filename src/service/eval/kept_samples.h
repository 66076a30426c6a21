// The finished samples of a run, kept where a kill does not reach them, so that the run goes on
// where it was.
//
// Threads: one call at a time.
#pragma once

#include <string>

#include "common/base/status.h"
#include "service/eval/sample_result.h"

namespace lemma::eval {

class KeptSamples {
 public:
  virtual ~KeptSamples() = default;

  // The sample's result, or nullptr where it has not been finished.
  virtual const SampleResult* Find(const std::string& problem, int sample) const = 0;

  // One write, which a kill does all or not at all.
  virtual Status Append(const std::string& problem, int sample, const SampleResult& result) = 0;
};

}  // namespace lemma::eval
