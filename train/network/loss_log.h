// The course of a run: one point every few steps, kept as lines of JSON and drawn as a picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace lemma::train {

struct LossPoint {
  int64_t step = 0;
  int64_t n_tokens = 0;
  double loss = 0;                      // mean of the steps since the point before, nats a token
  std::optional<double> held_out_loss;  // measured at checkpoints
  double learning_rate = 0;
  double tokens_per_s = 0;
};

std::string FormatLossLog(const std::vector<LossPoint>& points);

// The points up to step_max (a run that resumes drops what came after its checkpoint). A missing
// file is an empty log.
Result<std::vector<LossPoint>> ReadLossLog(const std::filesystem::path& path, int64_t step_max);

// An SVG with loss (logarithmic) over tokens: training as a line, held-out as dots and line.
std::string DrawLossChart(const std::vector<LossPoint>& points, const std::string& title);

}  // namespace lemma::train
