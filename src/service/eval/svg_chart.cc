#include "service/eval/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace lemma::eval {
namespace {

constexpr double kWidth = 640, kHeight = 220;
constexpr double kLeft = 50, kRight = 20, kTop = 12, kBottom = 30;  // margins
constexpr double kPlotWidth = kWidth - kLeft - kRight;
constexpr double kPlotHeight = kHeight - kTop - kBottom;
constexpr std::array<const char*, 3> kColours = {"#2563eb", "#d97706", "#64748b"};
constexpr size_t kBins = 40;

std::string Svg(double height, const std::string& content) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\" font-family=\"sans-serif\" font-size=\"12\" "
      "role=\"img\">\n{}</svg>\n",
      kWidth, height, kWidth, content);
}

std::string Text(double x, double y, std::string_view text, std::string_view anchor = "start") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     EscapeXml(text));
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view colour = "#ddd") {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
      y2, colour);
}

std::string Box(double x, double y, double width, double height, std::string_view colour) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y,
      std::max(width, 0.0), std::max(height, 0.0), colour);
}

double YOfShare(double share) { return kTop + (1 - share) * kPlotHeight; }

std::string PercentGrid() {
  std::string content;
  for (int percent = 0; percent <= 100; percent += 25) {
    const double y = YOfShare(percent / 100.0);
    content += Line(kLeft, y, kWidth - kRight, y);
    content += Text(kLeft - 6, y + 4, fmt::format("{} %", percent), "end");
  }
  return content;
}

// How many values are in each of kBins bins up to `top`.
std::vector<int> BinCounts(const std::vector<double>& values, double top) {
  std::vector<int> counts(kBins, 0);
  for (const double value : values) {
    ++counts[std::min(kBins - 1, static_cast<size_t>(value / top * kBins))];
  }
  return counts;
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string LineChart(const std::vector<ChartSeries>& series) {
  double x_max = 1;
  for (const ChartSeries& one : series) {
    for (const auto& [x, y] : one.points) x_max = std::max(x_max, x);
  }
  const auto x_of = [&](double x) {
    return kLeft + (x_max > 1 ? std::log2(x) / std::log2(x_max) : 0.5) * kPlotWidth;
  };
  std::string content = PercentGrid();
  for (double x = 1; x <= x_max; x *= 2) {
    content += Text(x_of(x), kHeight - 10, fmt::format("{}", x), "middle");
  }
  for (size_t i = 0; i < series.size(); ++i) {
    const char* colour = kColours[i % kColours.size()];
    std::string points;
    for (const auto& [x, y] : series[i].points) {
      points += fmt::format("{:.1f},{:.1f} ", x_of(x), YOfShare(y));
      content += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x_of(x),
                             YOfShare(y), colour);
    }
    content +=
        fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", points, colour);
    const double y = kHeight - kBottom - 8 - 16 * static_cast<double>(i);
    content += Box(kWidth - 140, y - 9, 10, 10, colour);
    content += Text(kWidth - 125, y, series[i].name);
  }
  return Svg(kHeight, content);
}

std::string PartsBar(const std::vector<ChartPart>& parts) {
  constexpr double kBarHeight = 26, kRow = 18;
  std::string content;
  double x = 0, y = kBarHeight + 20;
  for (const ChartPart& part : parts) {
    content += Box(x, 0, part.share * kWidth, kBarHeight, part.colour);
    x += part.share * kWidth;
    content += Box(0, y - 10, 10, 10, part.colour);
    content += Text(16, y, fmt::format("{}: {:.1f} %", part.name, 100 * part.share));
    y += kRow;
  }
  return Svg(y, content);
}

std::string BarChart(const std::vector<ChartBar>& bars) {
  constexpr double kNames = 220, kRow = 18, kBars = kWidth - kNames - 60;
  std::string content;
  double y = 0;
  for (const ChartBar& bar : bars) {
    content += Text(kNames - 8, y + 13, bar.name, "end");
    content += Box(kNames, y + 3, bar.share * kBars, kRow - 6, kColours[0]);
    const double middle = y + kRow / 2;
    content += Line(kNames + bar.interval.low * kBars, middle, kNames + bar.interval.high * kBars,
                    middle, "#111");
    content += Text(kWidth, y + 13, fmt::format("{:.1f} %", 100 * bar.share), "end");
    y += kRow;
  }
  return Svg(y, content);
}

std::string Histogram(const std::vector<double>& first, const std::vector<double>& second,
                      std::string_view unit) {
  double top = 0;
  for (const auto* values : {&first, &second}) {
    for (const double value : *values) top = std::max(top, value);
  }
  if (top <= 0) top = 1;
  const std::vector<int> lower = BinCounts(first, top), upper = BinCounts(second, top);
  int most = 1;
  for (size_t i = 0; i < kBins; ++i) most = std::max(most, lower[i] + upper[i]);
  std::string content = Line(kLeft, kTop + kPlotHeight, kWidth - kRight, kTop + kPlotHeight);
  const double step = kPlotWidth / kBins, unit_height = kPlotHeight / most;
  for (size_t i = 0; i < kBins; ++i) {
    const double x = kLeft + static_cast<double>(i) * step;
    const double base = kTop + kPlotHeight, height = lower[i] * unit_height;
    content += Box(x, base - height, step - 1, height, kColours[0]);
    content += Box(x, base - height - upper[i] * unit_height, step - 1, upper[i] * unit_height,
                   kColours[1]);
  }
  content += Text(kLeft - 6, kTop + 10, fmt::format("{}", most), "end");
  const std::pair<double, const char*> marks[] = {{0, "start"}, {0.5, "middle"}, {1, "end"}};
  for (const auto& [part, anchor] : marks) {
    content += Text(kLeft + part * kPlotWidth, kHeight - 10,
                    fmt::format("{:.4g} {}", part * top, unit), anchor);
  }
  return Svg(kHeight, content);
}

}  // namespace lemma::eval
