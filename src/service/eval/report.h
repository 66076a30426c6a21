// The report of a run as JSON (docs/eval.md), and what a comparison needs of one that was written.
//
// Threads: any.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "common/base/status.h"
#include "service/eval/dataset.h"
#include "service/eval/figures.h"
#include "service/eval/run_settings.h"
#include "service/eval/sample_run.h"
#include "service/eval/statistics.h"

namespace lemma::eval {

inline constexpr uint64_t kReportBytesMax = 1 << 30;

// All that a report says; borrowed.
struct Report {
  const Dataset& dataset;
  const RunSettings& settings;
  const Samples& samples;
  const Figures& figures;
};

boost::json::object RenderReport(const Report& report);

// Of a report that was read again.
struct ReportedRun {
  std::string dataset;
  std::string digest;
  boost::json::object settings;
  double tokens_mean = 0;
  double seconds_mean = 0;
  std::map<std::string, ProblemCount> problems;  // by id
};

// Errors: kInvalidArgument, with the field, for what is no report.
Result<ReportedRun> ParseReport(const boost::json::object& report);
// Errors: kIo; those of ParseReport, with the file.
Result<ReportedRun> ReadReport(const std::filesystem::path& path);

// The samples of a report of these problems. Errors: kInvalidArgument, with the problem, where it
// is of others, or its problems have different numbers of samples.
Result<Samples> ReportedSamples(const boost::json::object& report, const Dataset& dataset);

}  // namespace lemma::eval
