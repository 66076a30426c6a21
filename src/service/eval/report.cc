#include "service/eval/report.h"

#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "common/base/field_reader.h"
#include "common/base/file.h"
#include "common/base/json.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;

json::object RenderSpread(const Spread& spread) {
  return {{"mean", spread.mean}, {"median", spread.median}, {"p95", spread.p95}};
}

json::array RenderCurve(const std::vector<AtK>& curve) {
  json::array array;
  for (const AtK& at : curve) array.push_back({{"k", at.k}, {"share", at.share}});
  return array;
}

json::array RenderInterval(const Interval& interval) { return {interval.low, interval.high}; }

json::object RenderFigures(const Figures& figures) {
  json::object shares;
  for (int i = 0; i < kOutcomes; ++i) {
    shares[OutcomeName(static_cast<Outcome>(i))] = figures.shares[i];
  }
  json::object object = {{"problems", figures.n_problems},
                         {"samples", figures.n_samples},
                         {"pass_at_1", figures.pass_at_1},
                         {"pass_at_1_interval_95", RenderInterval(figures.interval)},
                         {"pass_at", RenderCurve(figures.pass_at)},
                         {"cons_at", RenderCurve(figures.cons_at)},
                         {"outcomes", std::move(shares)},
                         {"cut", figures.cut_share},
                         {"loop_broken", figures.loop_broken_share},
                         {"tokens", RenderSpread(figures.tokens)},
                         {"tokens_total", figures.tokens_total},
                         {"seconds", RenderSpread(figures.seconds)},
                         {"seconds_total", figures.seconds_total}};
  if (figures.deadline_kept) object["deadline_kept"] = *figures.deadline_kept;
  return object;
}

json::array RenderFamilies(const Figures& figures) {
  json::array array;
  for (const FamilyFigures& family : figures.families) {
    array.push_back({{"family", family.name},
                     {"problems", family.n_problems},
                     {"pass_at_1", family.pass_at_1},
                     {"pass_at_1_interval_95", RenderInterval(family.interval)}});
  }
  return array;
}

json::array RenderProblems(const Report& report) {
  json::array array;
  for (size_t i = 0; i < report.samples.size(); ++i) {
    const Problem& problem = report.dataset.problems[i];
    json::array samples;
    int n_right = 0;
    for (const SampleResult& sample : report.samples[i]) {
      n_right += sample.outcome == Outcome::kRight;
      samples.push_back(RenderSampleResult(sample));
    }
    const auto n = static_cast<int64_t>(samples.size());  // as one that was parsed has it
    json::object object = {{"id", problem.id}, {"n", n}, {"right", n_right}};
    if (!problem.family.empty()) object["family"] = problem.family;
    if (!problem.gold.empty()) object["gold"] = problem.gold;
    object["samples"] = std::move(samples);
    array.push_back(std::move(object));
  }
  return array;
}

void ReadProblem(FieldReader fields, ReportedRun& run) {
  std::string id;
  ProblemCount count;
  if (fields.Require("id")) fields.ReadString("id", id);
  if (fields.Require("n")) fields.ReadInteger("n", 1, std::numeric_limits<int>::max(), count.n);
  if (fields.Require("right")) fields.ReadInteger("right", 0, count.n, count.right);
  run.problems[id] = count;
}

double ReadMean(FieldReader& figures, const char* name) {
  double mean = 0;
  const json::object* spread = figures.FindObject(name);
  if (spread == nullptr) return mean;
  figures.Within(*spread, name).ReadNumber("mean", 0, std::numeric_limits<double>::max(), mean);
  return mean;
}

void ReadRun(FieldReader& fields, ReportedRun& run) {
  for (const char* name : {"lemma_eval", "dataset", "settings", "figures", "problems"}) {
    fields.Require(name);
  }
  int64_t version = 0;
  fields.ReadInteger("lemma_eval", kVersion, kVersion, version);
  if (const json::object* dataset = fields.FindObject("dataset")) {
    FieldReader of_dataset = fields.Within(*dataset, "dataset");
    of_dataset.ReadString("name", run.dataset);
    of_dataset.ReadString("digest", run.digest);
  }
  if (const json::object* settings = fields.FindObject("settings")) run.settings = *settings;
  if (const json::object* figures = fields.FindObject("figures")) {
    FieldReader of_figures = fields.Within(*figures, "figures");
    run.tokens_mean = ReadMean(of_figures, "tokens");
    run.seconds_mean = ReadMean(of_figures, "seconds");
  }
  const json::value* problems = fields.Find("problems");
  if (problems == nullptr) return;
  if (!problems->is_array()) return fields.Fail("problems", "must be an array");
  for (const json::value& problem : problems->get_array()) {
    if (!problem.is_object()) return fields.Fail("problems", "must be an array of objects");
    ReadProblem(fields.Within(problem.get_object(), "problems[]"), run);
  }
}

Result<std::vector<SampleResult>> ReportedResults(const json::object& problem,
                                                  const std::string& id) {
  if (problem.at("id").get_string() != id)
    return InvalidArgument("is not in its place in the report");
  const json::value* samples = problem.if_contains("samples");
  if (samples == nullptr || !samples->is_array() || samples->get_array().empty()) {
    return InvalidArgument("samples is missing");
  }
  std::vector<SampleResult> results;
  for (const json::value& sample : samples->get_array()) {
    if (!sample.is_object()) return InvalidArgument("samples must be an array of objects");
    auto result = ParseSampleResult(sample.get_object());
    if (!result.ok()) {
      return InvalidArgument(result.status().field() + " " + result.status().message());
    }
    results.push_back(std::move(*result));
  }
  return results;
}

}  // namespace

json::object RenderReport(const Report& report) {
  return {{"lemma_eval", kVersion},
          {"dataset", {{"name", report.dataset.name}, {"digest", report.dataset.digest}}},
          {"settings", RenderSettings(report.settings)},
          {"figures", RenderFigures(report.figures)},
          {"families", RenderFamilies(report.figures)},
          {"problems", RenderProblems(report)}};
}

Result<ReportedRun> ParseReport(const json::object& report) {
  Status status;
  FieldReader fields(report, "", status);
  ReportedRun run;
  ReadRun(fields, run);
  if (!status.ok()) {
    return InvalidArgument("is no report of lemma eval: " + status.field() + " " +
                           status.message());
  }
  return run;
}

Result<ReportedRun> ReadReport(const std::filesystem::path& path) {
  LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kReportBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(text, path.string()));
  auto run = ParseReport(object);
  if (!run.ok()) return run.status().WithPrefix(path.string());
  return run;
}

Result<Samples> ReportedSamples(const json::object& report, const Dataset& dataset) {
  LEMMA_RETURN_IF_ERROR(ParseReport(report).status());
  const json::array& problems = report.at("problems").get_array();
  if (problems.size() != dataset.problems.size()) {
    return InvalidArgument("the report has " + std::to_string(problems.size()) +
                           " problems, the set " + std::to_string(dataset.problems.size()));
  }
  Samples samples;
  for (const json::value& value : problems) {
    const json::object& problem = value.get_object();
    const std::string& id = dataset.problems[samples.size()].id;
    auto results = ReportedResults(problem, id);
    if (!results.ok()) return results.status().WithPrefix("problem " + id);
    if (!samples.empty() && results->size() != samples.front().size()) {
      return InvalidArgument("problem " + id + ": has more or fewer samples than others");
    }
    samples.push_back(std::move(*results));
  }
  return samples;
}

}  // namespace lemma::eval
