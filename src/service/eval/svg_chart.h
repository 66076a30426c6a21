// Charts as SVG elements that a page holds as they are: no script, no style from elsewhere.
//
// Threads: any. Texts are escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/eval/statistics.h"

namespace lemma::eval {

// "&lt;" for "<": for text and attributes of HTML and SVG.
std::string EscapeXml(std::string_view text);

struct ChartSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x over 0; y a share, 0 to 1
};
// Shares over a doubling x (1, 2, 4, ...), a line each.
std::string LineChart(const std::vector<ChartSeries>& series);

struct ChartPart {
  std::string name;
  std::string colour;
  double share = 0;  // of the whole bar
};
// One bar of parts that add up to 1, with their names.
std::string PartsBar(const std::vector<ChartPart>& parts);

struct ChartBar {
  std::string name;
  double share = 0;
  Interval interval;
};
// A bar a row, with its interval as a whisker.
std::string BarChart(const std::vector<ChartBar>& bars);

// How often values fall where, `first` in front of `second` in each bin.
std::string Histogram(const std::vector<double>& first, const std::vector<double>& second,
                      std::string_view unit);

}  // namespace lemma::eval
