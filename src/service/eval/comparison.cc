#include "service/eval/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr size_t kChangesShown = 40;

double Share(const ProblemCount& count) { return static_cast<double>(count.right) / count.n; }

double Gain(const Comparison::Change& change) { return Share(change.b) - Share(change.a); }

}  // namespace

Result<Comparison> Compare(const ReportedRun& a, const ReportedRun& b) {
  if (a.digest != b.digest || a.problems.size() != b.problems.size()) {
    return InvalidArgument(fmt::format(
        "the reports are not of the same problems: {} ({}, {} problems) and {} ({}, {} problems)",
        a.dataset, a.digest, a.problems.size(), b.dataset, b.digest, b.problems.size()));
  }
  Comparison comparison;
  comparison.settings = SettingsDifference(a.settings, b.settings);
  std::vector<ProblemCount> counts[2];
  std::vector<double> differences;
  for (const auto& [id, of_a] : a.problems) {
    const auto of_b = b.problems.find(id);
    if (of_b == b.problems.end()) {
      return InvalidArgument("the second report has no problem " + id);
    }
    const Comparison::Change change = {id, of_a, of_b->second};
    counts[0].push_back(change.a);
    counts[1].push_back(change.b);
    differences.push_back(Gain(change));
    if (differences.back() != 0) comparison.changes.push_back(change);
  }
  std::sort(comparison.changes.begin(), comparison.changes.end(), [](const auto& x, const auto& y) {
    return Gain(x) != Gain(y) ? Gain(x) < Gain(y) : x.id < y.id;
  });
  for (const int i : {0, 1}) {
    comparison.pass_at_1[i] = PassAt1(counts[i]);
    comparison.tokens_mean[i] = (i == 0 ? a : b).tokens_mean;
    comparison.seconds_mean[i] = (i == 0 ? a : b).seconds_mean;
  }
  comparison.test = TestPairs(differences);
  return comparison;
}

json::object RenderComparison(const Comparison& comparison) {
  json::array changes;
  for (const Comparison::Change& change : comparison.changes) {
    changes.push_back({{"id", change.id},
                       {"a", {{"right", change.a.right}, {"n", change.a.n}}},
                       {"b", {{"right", change.b.right}, {"n", change.b.n}}}});
  }
  const PairedTest& test = comparison.test;
  return {{"settings", comparison.settings},
          {"pass_at_1", json::value_from(comparison.pass_at_1)},
          {"tokens_mean", json::value_from(comparison.tokens_mean)},
          {"seconds_mean", json::value_from(comparison.seconds_mean)},
          {"difference", test.difference},
          {"difference_interval_95", {test.interval.low, test.interval.high}},
          {"p", test.p},
          {"better", test.n_better},
          {"worse", test.n_worse},
          {"regression", comparison.IsRegression()},
          {"changes", std::move(changes)}};
}

std::string ComparisonText(const Comparison& comparison) {
  const PairedTest& test = comparison.test;
  std::string text;
  const auto add = std::back_inserter(text);
  if (!comparison.settings.empty()) {
    fmt::format_to(add, "settings   {}\n", comparison.settings);
  }
  fmt::format_to(add, "pass@1     {:.1f} % -> {:.1f} %\n", 100 * comparison.pass_at_1[0],
                 100 * comparison.pass_at_1[1]);
  fmt::format_to(add, "difference {:+.1f} points, 95 % from {:+.1f} to {:+.1f}\n",
                 100 * test.difference, 100 * test.interval.low, 100 * test.interval.high);
  fmt::format_to(add, "p          {:.4f} (paired randomisation test over problems)\n", test.p);
  fmt::format_to(add, "tokens     {:.0f} -> {:.0f}, seconds {:.2f} -> {:.2f} (means)\n",
                 comparison.tokens_mean[0], comparison.tokens_mean[1], comparison.seconds_mean[0],
                 comparison.seconds_mean[1]);
  fmt::format_to(add, "problems   {} better, {} worse\n", test.n_better, test.n_worse);
  for (size_t i = 0; i < comparison.changes.size() && i < kChangesShown; ++i) {
    const Comparison::Change& change = comparison.changes[i];
    fmt::format_to(add, "  {}: {} of {} -> {} of {}\n", change.id, change.a.right, change.a.n,
                   change.b.right, change.b.n);
  }
  if (comparison.changes.size() > kChangesShown) {
    fmt::format_to(add, "  ... and {} more (--json has all)\n",
                   comparison.changes.size() - kChangesShown);
  }
  if (comparison.IsRegression()) text += "a significant regression\n";
  return text;
}

}  // namespace lemma::eval
