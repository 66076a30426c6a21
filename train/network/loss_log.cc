#include "train/network/loss_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <sstream>

#include "common/base/file.h"
#include "common/base/json.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr uint64_t kLogBytesMax = 256u << 20;

// The picture's size and the plot's place in it, in pixels.
constexpr double kWidth = 800, kHeight = 480;
constexpr double kLeft = 70, kRight = 20, kTop = 40, kBottom = 50;

struct Axes {
  double tokens_max;
  double log_loss_min;
  double log_loss_max;

  double X(double n_tokens) const {
    return kLeft + n_tokens / tokens_max * (kWidth - kLeft - kRight);
  }
  double Y(double loss) const {
    const double part = (std::log(loss) - log_loss_min) / (log_loss_max - log_loss_min);
    return kHeight - kBottom - part * (kHeight - kTop - kBottom);
  }
};

Axes FitAxes(const std::vector<LossPoint>& points) {
  double lowest = 1e30, highest = 1e-3, tokens = 1;
  for (const LossPoint& point : points) {
    for (const double loss : {point.loss, point.held_out_loss.value_or(point.loss)}) {
      lowest = std::min(lowest, std::max(loss, 1e-3));
      highest = std::max(highest, loss);
    }
    tokens = std::max(tokens, static_cast<double>(point.n_tokens));
  }
  lowest = std::min(lowest, highest / 2);
  return {tokens, std::log(lowest * 0.9), std::log(highest * 1.1)};
}

// Round values (1, 2, 5 times a power of ten) within [low, high].
std::vector<double> LogTicks(double low, double high) {
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      if (digit * power >= low && digit * power <= high) ticks.push_back(digit * power);
    }
  }
  return ticks;
}

std::string Gridlines(const Axes& axes) {
  std::string svg;
  for (const double tick : LogTicks(std::exp(axes.log_loss_min), std::exp(axes.log_loss_max))) {
    const double y = axes.Y(tick);
    svg += fmt::format(
        "<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}</text>\n",
        kLeft, y, kWidth - kRight, kLeft - 8, y + 4, tick);
  }
  for (int i = 0; i <= 4; ++i) {
    const double n_tokens = axes.tokens_max * i / 4;
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.3g} M</text>\n",
                       axes.X(n_tokens), kHeight - kBottom + 20, n_tokens / 1e6);
  }
  return svg;
}

}  // namespace

std::string FormatLossLog(const std::vector<LossPoint>& points) {
  std::string text;
  for (const LossPoint& point : points) {
    json::object object = {{"step", point.step}, {"tokens", point.n_tokens}, {"loss", point.loss}};
    if (point.held_out_loss) object["held_out_loss"] = *point.held_out_loss;
    object["learning_rate"] = point.learning_rate;
    object["tokens_per_s"] = std::round(point.tokens_per_s);
    text += json::serialize(object) + "\n";
  }
  return text;
}

Result<std::vector<LossPoint>> ReadLossLog(const std::filesystem::path& path, int64_t step_max) {
  const Result<std::string> bytes = ReadFile(path, kLogBytesMax);
  std::vector<LossPoint> points;
  if (!bytes.ok()) {
    if (bytes.status().code() == StatusCode::kNotFound) return points;
    return bytes.status();
  }
  std::istringstream lines(*bytes);
  for (std::string line; std::getline(lines, line);) {
    LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(line, path.string()));
    const auto number = [&](const char* key) {
      const json::value* value = object.if_contains(key);
      return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
    };
    LossPoint point;
    point.step = static_cast<int64_t>(number("step"));
    point.n_tokens = static_cast<int64_t>(number("tokens"));
    point.loss = number("loss");
    if (object.contains("held_out_loss")) point.held_out_loss = number("held_out_loss");
    point.learning_rate = number("learning_rate");
    point.tokens_per_s = number("tokens_per_s");
    if (point.step <= step_max) points.push_back(point);
  }
  return points;
}

std::string DrawLossChart(const std::vector<LossPoint>& points, const std::string& title) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"white\"/>\n"
      "<text x=\"{2:.0f}\" y=\"24\" font-size=\"15\">{3}: loss (nats a token) over tokens</text>\n",
      kWidth, kHeight, kLeft, title);
  const Axes axes = FitAxes(points);
  svg += Gridlines(axes);
  std::string training, held_out, dots;
  for (const LossPoint& point : points) {
    const double x = axes.X(static_cast<double>(point.n_tokens));
    training += fmt::format("{:.1f},{:.1f} ", x, axes.Y(std::max(point.loss, 1e-3)));
    if (!point.held_out_loss) continue;
    const double y = axes.Y(std::max(*point.held_out_loss, 1e-3));
    held_out += fmt::format("{:.1f},{:.1f} ", x, y);
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"#c33\"/>", x, y);
  }
  svg += "<polyline fill=\"none\" stroke=\"#36c\" points=\"" + training + "\"/>\n";
  svg += "<polyline fill=\"none\" stroke=\"#c33\" points=\"" + held_out + "\"/>\n" + dots;
  svg += fmt::format(
      "\n<text x=\"{0:.0f}\" y=\"{1:.0f}\" fill=\"#36c\">training</text>"
      "<text x=\"{0:.0f}\" y=\"{2:.0f}\" fill=\"#c33\">held out</text>\n</svg>\n",
      kWidth - 90, kTop + 10, kTop + 28);
  return svg;
}

}  // namespace lemma::train
