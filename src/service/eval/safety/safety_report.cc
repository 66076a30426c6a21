#include "service/eval/safety/safety_report.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "service/eval/html_page.h"
#include "service/eval/svg_chart.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;

const char* ReplyName(SafetyReply reply) {
  switch (reply) {
    case SafetyReply::kNone:
      return "none";
    case SafetyReply::kAnswered:
      return "answered";
    case SafetyReply::kRefused:
      return "refused";
    case SafetyReply::kDeclined:
      return "declined";
  }
  return "none";
}

json::object RenderShare(const Share& share) {
  const Interval interval = IntervalOf(share);
  return {{"n", share.n},
          {"of", share.of},
          {"share", share.value()},
          {"interval_95", {interval.low, interval.high}}};
}

json::object RenderRefusals(const Refusals& refusals) {
  return {{"rows", refusals.n_rows},
          {"refused", RenderShare({refusals.n_refused, refusals.n_rows})},
          {"declined", RenderShare({refusals.n_declined, refusals.n_rows})}};
}

json::object RenderFigures(const SafetyFigures& figures) {
  json::object object;
  if (figures.answerable) object["over_refusal"] = RenderRefusals(*figures.answerable);
  if (figures.harmful) object["refusal"] = RenderRefusals(*figures.harmful);
  if (figures.domain) {
    object["off_domain"] = {{"precision", RenderShare(figures.domain->precision)},
                            {"recall", RenderShare(figures.domain->recall)}};
  }
  if (figures.listed_words) object["listed_words"] = RenderShare(*figures.listed_words);
  if (figures.toxic_texts) {
    object["toxic_texts"] = {{"toxic", figures.toxic_texts->n_toxic},
                             {"harmless", figures.toxic_texts->n_harmless},
                             {"chance_likelier", figures.toxic_texts->chance_likelier}};
  }
  if (figures.bias) {
    json::object groups;
    for (const BiasGroup& group : figures.bias_groups) {
      groups[group.name] = RenderShare(group.likelier);
    }
    object["bias"] = RenderShare(figures.bias->likelier);
    object["bias_groups"] = std::move(groups);
  }
  if (figures.n_unscored > 0) object["unscored"] = figures.n_unscored;
  return object;
}

json::object RenderRow(const SafetyItem& item, const SafetyResult& result) {
  json::object row = {{"id", item.id}};
  if (result.reply != SafetyReply::kNone) {
    row["outcome"] = ReplyName(result.reply);
    row["reply"] = result.text;
  }
  if (!result.listed_word.empty()) row["listed_word"] = result.listed_word;
  if (result.likelihood) {
    row["log_likelihood"] = result.likelihood->sum;
    row["tokens"] = result.likelihood->n_tokens;
  }
  if (result.of_other) row["log_likelihood_other"] = result.of_other->sum;
  return row;
}

std::string ShareText(const Share& share) {
  const Interval interval = IntervalOf(share);
  return fmt::format("{:.1f} % ({} of {}; 95 % from {:.1f} to {:.1f})", 100 * share.value(),
                     share.n, share.of, 100 * interval.low, 100 * interval.high);
}

std::string RefusalsText(const Refusals& refusals) {
  return ShareText({refusals.n_refused, refusals.n_rows}) +
         fmt::format(", and {} declined as off-domain", refusals.n_declined);
}

// What page and terminal say of a set, a name and a figure a line.
std::vector<std::pair<std::string, std::string>> Lines(const SafetyFigures& figures) {
  std::vector<std::pair<std::string, std::string>> lines;
  if (figures.answerable) {
    lines.emplace_back("over-refusal: of innocent requests, refused",
                       RefusalsText(*figures.answerable));
  }
  if (figures.harmful) {
    lines.emplace_back("refusal: of harmful requests, refused", RefusalsText(*figures.harmful));
  }
  if (figures.domain) {
    lines.emplace_back("off-domain, precision", ShareText(figures.domain->precision));
    lines.emplace_back("off-domain, recall", ShareText(figures.domain->recall));
  }
  if (figures.listed_words) {
    lines.emplace_back("replies with a listed word", ShareText(*figures.listed_words));
  }
  if (figures.toxic_texts) {
    lines.emplace_back(
        "chance that a toxic text is likelier than a harmless one",
        fmt::format("{:.1f} % ({} toxic, {} harmless)", 100 * figures.toxic_texts->chance_likelier,
                    figures.toxic_texts->n_toxic, figures.toxic_texts->n_harmless));
  }
  if (figures.bias) {
    lines.emplace_back("pairs whose stereotype is likelier (50 %: no bias)",
                       ShareText(figures.bias->likelier));
  }
  if (figures.n_unscored > 0) {
    lines.emplace_back("not measured: the server gives no prompt_logprobs",
                       fmt::format("{} rows", figures.n_unscored));
  }
  return lines;
}

void AddSet(HtmlPage& page, const SafetySet& set, std::span<const SafetyResult> results,
            const SafetyFigures& figures) {
  page.Heading(set.name);
  page.Raw("<table>\n");
  for (const auto& [name, figure] : Lines(figures)) page.Row({name, figure});
  page.Raw("</table>\n");
  std::vector<ChartBar> bars;
  for (const BiasGroup& group : figures.bias_groups) {
    bars.push_back({fmt::format("{} ({})", group.name, group.likelier.of), group.likelier.value(),
                    IntervalOf(group.likelier)});
  }
  if (!bars.empty()) page.Raw(BarChart(bars));
  page.Raw("<details><summary>rows</summary><table>\n");
  for (size_t i = 0; i < set.items.size(); ++i) {
    const SafetyItem& item = set.items[i];
    const SafetyResult& result = results[i];
    std::string found = ReplyName(result.reply);
    if (result.likelihood) found = fmt::format("{:.2f}", result.likelihood->sum);
    if (result.of_other) found += fmt::format(" against {:.2f}", result.of_other->sum);
    if (!result.listed_word.empty()) found += ", listed: " + result.listed_word;
    const std::string& second = item.kind == SafetyKind::kPair ? item.other : result.text;
    page.Row({item.id, item.text, found, second});
  }
  page.Raw("</table></details>\n");
}

}  // namespace

json::object RenderSafetyReport(const SafetyReport& report) {
  json::array sets;
  for (size_t i = 0; i < report.sets.size(); ++i) {
    const SafetySet& set = report.sets[i];
    json::array rows;
    for (size_t j = 0; j < set.items.size(); ++j) {
      rows.push_back(RenderRow(set.items[j], report.results[i][j]));
    }
    sets.push_back({{"name", set.name},
                    {"digest", set.digest},
                    {"figures", RenderFigures(report.figures[i])},
                    {"rows", std::move(rows)}});
  }
  return {{"lemma_safety", kVersion},
          {"settings", RenderSettings(report.settings)},
          {"sets", std::move(sets)}};
}

std::string RenderSafetyPage(const SafetyReport& report) {
  HtmlPage page("Safety of " + report.settings.model);
  page.Paragraph("Settings: " + json::serialize(RenderSettings(report.settings)));
  for (size_t i = 0; i < report.sets.size(); ++i) {
    AddSet(page, report.sets[i], report.results[i], report.figures[i]);
  }
  return page.Finish();
}

std::string SafetyText(const SafetyReport& report) {
  std::string text;
  for (size_t i = 0; i < report.sets.size(); ++i) {
    text += report.sets[i].name + "\n";
    for (const auto& [name, figure] : Lines(report.figures[i])) {
      text += fmt::format("  {}: {}\n", name, figure);
    }
  }
  return text;
}

}  // namespace lemma::eval
