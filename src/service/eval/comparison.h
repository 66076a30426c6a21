// Two reports of the same problems, beside each other.
//
// Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/eval/report.h"
#include "service/eval/statistics.h"

namespace lemma::eval {

inline constexpr double kSignificance = 0.05;

struct Comparison {
  std::string settings;  // SettingsDifference
  double pass_at_1[2] = {};
  double tokens_mean[2] = {};
  double seconds_mean[2] = {};
  PairedTest test;  // b minus a
  struct Change {
    std::string id;
    ProblemCount a, b;
  };
  std::vector<Change> changes;  // whose share differs; the worst for b first

  bool IsRegression() const { return test.difference < 0 && test.p < kSignificance; }
};

// Errors: kInvalidArgument where the two are not of the same problems.
Result<Comparison> Compare(const ReportedRun& a, const ReportedRun& b);

boost::json::object RenderComparison(const Comparison& comparison);
std::string ComparisonText(const Comparison& comparison);  // several lines

}  // namespace lemma::eval
