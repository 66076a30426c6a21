// A report of the database, read again with the problems it is of.
//
// Threads: any.
#pragma once

#include <string>

#include "common/base/status.h"
#include "service/eval/comparison.h"
#include "service/eval/dataset.h"
#include "service/eval/run_settings.h"
#include "service/eval/sample_run.h"
#include "service/store/evaluation_store.h"
#include "service/store/problem_set_store.h"

namespace lemma::evaluations {

struct StoredReport {
  eval::Dataset dataset;
  eval::RunSettings settings;
  eval::Samples samples;
};

// `report`: as eval::RenderReport makes it. Errors: kInvalidArgument where it is none of this set.
Result<StoredReport> ReadStoredReport(const std::string& report, const store::ProblemSet& set);

// As `lemma eval` writes it; of thousands of samples it takes seconds. Errors: as ReadStoredReport.
Result<std::string> HtmlOf(const std::string& report, const store::ProblemSet& set);

// From `a` to `b`, both done. Errors: kInvalidArgument where they are not of the same problems.
Result<eval::Comparison> CompareEvaluations(const store::Evaluation& a, const store::Evaluation& b);

}  // namespace lemma::evaluations
