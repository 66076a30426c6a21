#include "inference/kernels/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "inference/kernels/float16.h"

namespace lemma::kernels {
namespace {

constexpr int kZeroPoint = 128;

// Where a group of a row has its scale and its weights.
struct GroupPlace {
  std::byte* scale;  // bf16
  std::byte* words;  // four columns each, a line apart
};

GroupPlace PlaceOf(std::byte* matrix, int64_t cols, int64_t row, int64_t group) {
  std::byte* block = matrix + row / kPanelRows * PanelBytes(WeightFormat::kInt8, cols) +
                     group / 2 * kInt8BlockBytes + row % kPanelRows * 4;
  return {block + group % 2 * 2, block + (1 + group % 2 * kInt8GroupLines) * kLineBytes};
}

// A group, with zeros where a row ends.
using Group = std::array<float, kInt8GroupColumns>;

// The multiple of the scale nearest to a value, from -127 to 127. The sum and the difference round
// to an integer, ties to even; a loop of it becomes vector instructions.
float Quantized(float value, float inverse_scale) {
  constexpr float kRounding = 0x1.8p23f;
  const float rounded = (value * inverse_scale + kRounding) - kRounding;
  return std::min(std::max(rounded, -127.0f), 127.0f);
}

float SquareError(const Group& group, float scale) {
  constexpr size_t kLanes = 8;
  float errors[kLanes] = {};
  for (size_t i = 0; i < group.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float value = group[i + lane];
      const float rest = value - scale * Quantized(value, 1 / scale);
      errors[lane] += rest * rest;
    }
  }
  return std::accumulate(std::begin(errors), std::end(errors), 0.0f);
}

// Of the bf16 values around maximum / 127 the one with the least square error: a smaller one cuts
// the largest weights off and rounds the others finer. NaN where a weight is not finite, so that
// the outputs are.
float BestScale(const Group& group) {
  constexpr int kBelow = 6, kAbove = 1;  // steps of 1/256 to 1/128
  float maximum = 0, not_finite = 0;
  for (const float value : group) {
    maximum = std::max(maximum, std::abs(value));
    not_finite += value * 0;
  }
  if (not_finite != 0) return std::numeric_limits<float>::quiet_NaN();
  const int nearest = FloatToBf16(maximum / 127);
  float best = 0, error_min = std::numeric_limits<float>::infinity();
  for (int bits = std::max(nearest - kBelow, 1); bits <= nearest + kAbove; ++bits) {
    const float scale = Bf16ToFloat(static_cast<uint16_t>(bits));
    if (!std::isfinite(1 / scale)) continue;  // as good as zero
    const float error = SquareError(group, scale);
    if (error >= error_min) continue;
    error_min = error;
    best = scale;
  }
  return best;
}

}  // namespace

void QuantizeRowInt8(const float* values, int64_t cols, int64_t row, std::byte* matrix) {
  for (int64_t begin = 0; begin < cols; begin += kInt8GroupColumns) {
    const int64_t n = std::min(kInt8GroupColumns, cols - begin);
    Group group = {};
    std::copy_n(values + begin, n, group.begin());
    const float scale = BestScale(group);
    const float inverse_scale = scale > 0 ? 1 / scale : 0;
    const GroupPlace place = PlaceOf(matrix, cols, row, begin / kInt8GroupColumns);
    const uint16_t bf16 = FloatToBf16(scale);
    std::memcpy(place.scale, &bf16, sizeof(bf16));
    for (int64_t i = 0; i < n; ++i) {
      const float q = inverse_scale == 0 ? 0 : Quantized(values[begin + i], inverse_scale);
      place.words[i / 4 * kLineBytes + i % 4] =
          static_cast<std::byte>(static_cast<int>(q) + kZeroPoint);
    }
  }
}

void DequantizeRowInt8(const std::byte* matrix, int64_t cols, int64_t row, float* values) {
  for (int64_t begin = 0; begin < cols; begin += kInt8GroupColumns) {
    const GroupPlace place =
        PlaceOf(const_cast<std::byte*>(matrix), cols, row, begin / kInt8GroupColumns);
    uint16_t bf16;
    std::memcpy(&bf16, place.scale, sizeof(bf16));
    const float scale = Bf16ToFloat(bf16);
    for (int64_t i = 0; i < std::min(kInt8GroupColumns, cols - begin); ++i) {
      const int q = static_cast<int>(place.words[i / 4 * kLineBytes + i % 4]) - kZeroPoint;
      values[begin + i] = static_cast<float>(q) * scale;
    }
  }
}

}  // namespace lemma::kernels
