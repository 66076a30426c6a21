// What people send to be evaluated, checked: sets of problems, evaluations of a version, reports
// that were made elsewhere.
//
// Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "common/base/status.h"
#include "service/store/evaluation_store.h"
#include "service/store/problem_set_store.h"

namespace lemma::evaluations {

inline constexpr size_t kSetBytesMax = 2 << 20;
inline constexpr int64_t kSamplesMax = 64;        // of each problem
inline constexpr int64_t kAllSamplesMax = 20000;  // of an evaluation: its report is one value

// Lines as `lemma eval` takes them (docs/eval.md). Errors: kInvalidArgument, field "name" or
// "problems", the latter with the line ("line 3: answer is missing"); kTooLarge.
Result<store::ProblemSet> NewProblemSet(const std::string& name, const std::string& lines);

// To be run. `settings`: those of docs/eval.md, but for what the version decides. Errors:
// kInvalidArgument with the field ("settings.temperature", "samples").
Result<store::Evaluation> NewEvaluation(const std::string& profile, int64_t version,
                                        const store::ProblemSet& set, int64_t n_samples,
                                        const boost::json::object& settings);

// Of a report that `lemma eval` has written of these problems. Errors: kInvalidArgument, field
// "report".
Result<store::Evaluation> ImportedEvaluation(const store::ProblemSet& set,
                                             const boost::json::object& report);

}  // namespace lemma::evaluations
