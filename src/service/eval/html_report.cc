#include "service/eval/html_report.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <utility>

#include "service/eval/html_page.h"
#include "service/eval/svg_chart.h"

namespace lemma::eval {
namespace {

constexpr std::array<const char*, kOutcomes> kOutcomeColours = {"#16a34a", "#dc2626", "#94a3b8",
                                                                "#f59e0b", "#7c3aed"};

std::string Percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

void AddSpread(HtmlPage& page, const char* name, const Spread& spread, int digits) {
  page.Row({name, fmt::format("mean {:.{}f}, median {:.{}f}, 95 % up to {:.{}f}", spread.mean,
                              digits, spread.median, digits, spread.p95, digits)});
}

void AddFigures(HtmlPage& page, const Figures& figures) {
  page.Raw("<table>\n");
  page.Row(
      {"problems, samples of each", fmt::format("{}, {}", figures.n_problems, figures.n_samples)});
  page.Row({"pass@1", fmt::format("{}, 95 % from {} to {}", Percent(figures.pass_at_1),
                                  Percent(figures.interval.low), Percent(figures.interval.high))});
  for (const AtK& at : figures.pass_at) {
    if (at.k > 1) page.Row({fmt::format("pass@{}", at.k), Percent(at.share)});
  }
  for (const AtK& at : figures.cons_at) {
    if (at.k > 1) page.Row({fmt::format("cons@{}", at.k), Percent(at.share)});
  }
  page.Row({"cut, right ones too", Percent(figures.cut_share)});
  page.Row({"a loop was broken", Percent(figures.loop_broken_share)});
  if (figures.deadline_kept)
    page.Row({"deadline kept within 5 %", Percent(*figures.deadline_kept)});
  AddSpread(page, "tokens", figures.tokens, 0);
  AddSpread(page, "seconds to the answer", figures.seconds, 2);
  page.Row({"tokens in all", fmt::format("{}", figures.tokens_total)});
  page.Raw("</table>\n");
}

void AddOutcomes(HtmlPage& page, const Figures& figures) {
  page.Heading("How samples ended");
  std::vector<ChartPart> parts;
  for (size_t i = 0; i < figures.shares.size(); ++i) {
    parts.push_back({OutcomeName(static_cast<Outcome>(i)), kOutcomeColours[i], figures.shares[i]});
  }
  page.Raw(PartsBar(parts));
}

ChartSeries SeriesOf(std::string name, const std::vector<AtK>& curve) {
  ChartSeries series = {std::move(name), {}};
  for (const AtK& at : curve) series.points.emplace_back(at.k, at.share);
  return series;
}

void AddCurves(HtmlPage& page, const Figures& figures) {
  if (figures.n_samples == 1) return;
  page.Heading("Of k samples");
  page.Paragraph("pass@k: at least one is right. cons@k: the answer given most often is right.");
  std::vector<ChartSeries> series = {SeriesOf("pass@k", figures.pass_at)};
  if (!figures.cons_at.empty()) series.push_back(SeriesOf("cons@k", figures.cons_at));
  page.Raw(LineChart(series));
}

void AddHistograms(HtmlPage& page, const Samples& samples) {
  std::vector<double> tokens[2], seconds[2];  // of right samples, of the others
  for (const auto& of_problem : samples) {
    for (const SampleResult& sample : of_problem) {
      const int i = sample.outcome == Outcome::kRight ? 0 : 1;
      tokens[i].push_back(static_cast<double>(sample.tokens));
      seconds[i].push_back(sample.seconds);
    }
  }
  page.Heading("Tokens of a sample");
  page.Paragraph("Blue: right ones. Orange: the others.");
  page.Raw(Histogram(tokens[0], tokens[1], "tokens"));
  page.Heading("Time to the answer");
  page.Raw(Histogram(seconds[0], seconds[1], "s"));
}

void AddFamilies(HtmlPage& page, const Figures& figures) {
  if (figures.families.empty()) return;
  page.Heading("pass@1 by family, with 95 % intervals");
  std::vector<ChartBar> bars;
  for (const FamilyFigures& family : figures.families) {
    bars.push_back({fmt::format("{} ({})", family.name, family.n_problems), family.pass_at_1,
                    family.interval});
  }
  page.Raw(BarChart(bars));
}

void AddProblems(HtmlPage& page, const Report& report) {
  page.Heading("Problems");
  page.Raw("<table>\n<tr><th>id</th><th>right</th><th>gold</th><th>samples</th></tr>\n");
  for (size_t i = 0; i < report.samples.size(); ++i) {
    const Problem& problem = report.dataset.problems[i];
    std::string said;
    int n_right = 0;
    for (const SampleResult& sample : report.samples[i]) {
      n_right += sample.outcome == Outcome::kRight;
      const std::string& what = sample.answer.empty() ? sample.detail : sample.answer;
      said += (said.empty() ? "" : "; ") + std::string(OutcomeName(sample.outcome)) +
              (what.empty() ? "" : ": " + what);
    }
    page.Row({problem.id, fmt::format("{} of {}", n_right, report.samples[i].size()), problem.gold,
              said});
  }
  page.Raw("</table>\n");
}

}  // namespace

std::string RenderHtmlReport(const Report& report) {
  HtmlPage page("Evaluation of " + report.settings.model + " on " + report.dataset.name);
  page.Paragraph("Settings: " + boost::json::serialize(RenderSettings(report.settings)));
  AddFigures(page, report.figures);
  AddOutcomes(page, report.figures);
  AddCurves(page, report.figures);
  AddHistograms(page, report.samples);
  AddFamilies(page, report.figures);
  AddProblems(page, report);
  return page.Finish();
}

}  // namespace lemma::eval
