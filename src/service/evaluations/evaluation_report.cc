#include "service/evaluations/evaluation_report.h"

#include <utility>

#include "common/base/json.h"
#include "service/eval/figures.h"
#include "service/eval/html_report.h"
#include "service/eval/report.h"

namespace lemma::evaluations {
namespace {

namespace json = boost::json;

Result<eval::ReportedRun> RunOf(const store::Evaluation& evaluation) {
  LEMMA_ASSIGN_OR_RETURN(const json::object report,
                         ParseJsonFile(evaluation.report, "the report of " + evaluation.id));
  return eval::ParseReport(report);
}

}  // namespace

Result<StoredReport> ReadStoredReport(const std::string& report, const store::ProblemSet& set) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(report, "the report"));
  LEMMA_ASSIGN_OR_RETURN(const eval::ReportedRun run, eval::ParseReport(object));
  StoredReport whole;
  LEMMA_ASSIGN_OR_RETURN(whole.settings, eval::ParseSettings(run.settings));
  LEMMA_ASSIGN_OR_RETURN(whole.dataset,
                         eval::ParseDataset(set.lines, set.name,
                                            {.seed = static_cast<uint64_t>(whole.settings.seed)}));
  LEMMA_ASSIGN_OR_RETURN(whole.samples, eval::ReportedSamples(object, whole.dataset));
  return whole;
}

Result<std::string> HtmlOf(const std::string& report, const store::ProblemSet& set) {
  LEMMA_ASSIGN_OR_RETURN(const StoredReport whole, ReadStoredReport(report, set));
  const eval::Figures figures = eval::ComputeFigures(whole.dataset, whole.settings, whole.samples);
  return eval::RenderHtmlReport({whole.dataset, whole.settings, whole.samples, figures});
}

Result<eval::Comparison> CompareEvaluations(const store::Evaluation& a,
                                            const store::Evaluation& b) {
  LEMMA_ASSIGN_OR_RETURN(const eval::ReportedRun before, RunOf(a));
  LEMMA_ASSIGN_OR_RETURN(const eval::ReportedRun after, RunOf(b));
  return eval::Compare(before, after);
}

}  // namespace lemma::evaluations
