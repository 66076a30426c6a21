#include "inference/kernels/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>

#include "inference/kernels/float16.h"
#include "inference/kernels/hadamard.h"

namespace lemma::kernels {
namespace {

constexpr int kInt8ZeroPoint = 128, kInt4ZeroPoint = 8;

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

// A group of int8 or a block of int4, rotated.
using Group = std::array<float, kInt8GroupColumns>;

// With zeros where a row ends.
Group TakeGroup(const float* values, int64_t cols, int64_t begin) {
  Group group = {};
  std::copy_n(values + begin, std::min(kInt8GroupColumns, cols - begin), group.begin());
  Rotate(group.data(), kInt8GroupColumns);
  for (float& value : group) value *= 1.0f / kInt8GroupColumns;
  return group;
}

// The inverse.
void PutGroup(Group group, int64_t cols, int64_t begin, float* values) {
  Rotate(group.data(), kInt8GroupColumns);
  std::copy_n(group.begin(), std::min(kInt8GroupColumns, cols - begin), values + begin);
}

// Weights from `low` to `high` times a step.
struct Levels {
  float low, high;
};
constexpr Levels kInt8Levels = {-127, 127}, kInt4Levels = {-8, 7};

// The multiple of the step nearest to a value. The sum and the difference round to an integer, ties
// to even; a loop of it becomes vector instructions.
float Quantized(float value, float inverse_step, Levels levels) {
  constexpr float kRounding = 0x1.8p23f;
  const float rounded = (value * inverse_step + kRounding) - kRounding;
  return std::min(std::max(rounded, levels.low), levels.high);
}

float SquareError(std::span<const float> values, float step, Levels levels) {
  constexpr size_t kLanes = 8;
  float errors[kLanes] = {};
  const float inverse_step = 1 / step;
  for (size_t i = 0; i < values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float value = values[i + lane];
      const float rest = value - step * Quantized(value, inverse_step, levels);
      errors[lane] += rest * rest;
    }
  }
  return std::accumulate(std::begin(errors), std::end(errors), 0.0f);
}

// Of the largest magnitude; NaN where a weight is not finite, so that the outputs are.
float Maximum(std::span<const float> values) {
  float maximum = 0, not_finite = 0;
  for (const float value : values) {
    maximum = std::max(maximum, std::abs(value));
    not_finite += value * 0;
  }
  return maximum + not_finite;
}

// A positive float as the head of an int4 block holds it; NaN stays one.
uint32_t Int4ScaleBits(float scale) {
  return scale == scale ? (FloatBits(scale) + 0x40000) >> 19 : 0xff8;
}

// Of the bf16 values around maximum / 127 the one with the least square error: a smaller one cuts
// the largest weights off and rounds the others finer.
float BestInt8Scale(const Group& group) {
  constexpr int kBelow = 6, kAbove = 1;  // steps of 1/256 to 1/128
  const float maximum = Maximum(group);
  if (!std::isfinite(maximum)) return std::numeric_limits<float>::quiet_NaN();
  const int nearest = FloatToBf16(maximum / 127);
  float best = 0, error_min = std::numeric_limits<float>::infinity();
  for (int bits = std::max(nearest - kBelow, 1); bits <= nearest + kAbove; ++bits) {
    const float scale = Bf16ToFloat(static_cast<uint16_t>(bits));
    if (!std::isfinite(1 / scale)) continue;  // as good as zero
    const float error = SquareError(group, scale, kInt8Levels);
    if (error >= error_min) continue;
    error_min = error;
    best = scale;
  }
  return best;
}

constexpr int kFactorMax = 15;

struct Int4Scales {
  float scale = 0;
  std::array<int, kInt4BlockGroups> factors = {1, 1, 1, 1};
};

std::span<const float> GroupOf(const Group& block, size_t group) {
  return std::span(block).subspan(group * kInt4GroupColumns, kInt4GroupColumns);
}

// The step with the least square error for one group alone. A negative one turns the levels round:
// eight of them are on one side of zero, seven on the other.
float BestInt4Step(std::span<const float> values) {
  const float plain = Maximum(values) / 8;
  float best = 0, error_min = std::numeric_limits<float>::infinity();
  for (float part = 0.75f; part < 1.2f; part += 0.04f) {
    for (const float step : {plain * part, -plain * part}) {
      if (!std::isfinite(1 / step)) continue;
      const float error = SquareError(values, step, kInt4Levels);
      if (error >= error_min) continue;
      error_min = error;
      best = step;
    }
  }
  return best;
}

// Factors for a scale: of the three around a group's own best step. Returns the square error.
float ChooseFactors(const Group& block, const std::array<float, kInt4BlockGroups>& steps,
                    Int4Scales& scales) {
  float total = 0;
  for (size_t group = 0; group < steps.size(); ++group) {
    const int nearest = static_cast<int>(std::nearbyint(steps[group] / scales.scale));
    float error_min = std::numeric_limits<float>::infinity();
    for (int factor = nearest - 1; factor <= nearest + 1; ++factor) {
      if (factor == 0 || std::abs(factor) > kFactorMax) continue;
      const float step = scales.scale * static_cast<float>(factor);
      const float error = SquareError(GroupOf(block, group), step, kInt4Levels);
      if (error >= error_min) continue;
      error_min = error;
      scales.factors[group] = factor;
    }
    total += error_min;
  }
  return total;
}

Int4Scales BestInt4Scales(const Group& block) {
  Int4Scales best;
  if (!std::isfinite(Maximum(block))) {
    best.scale = std::numeric_limits<float>::quiet_NaN();
    return best;
  }
  std::array<float, kInt4BlockGroups> steps = {};
  for (size_t group = 0; group < steps.size(); ++group) {
    steps[group] = BestInt4Step(GroupOf(block, group));
  }
  float largest = 0;
  for (const float step : steps) largest = std::max(largest, std::abs(step) / kFactorMax);
  float error_min = std::numeric_limits<float>::infinity();
  // Steps of 1/16 to 1/32, while the largest group has a factor of 12 to 15.
  const uint32_t first = Int4ScaleBits(largest * 0.98f);
  for (uint32_t bits = std::max(first, 1u); bits <= first + 4; ++bits) {
    Int4Scales scales = {.scale = Int4Scale(bits)};
    if (!std::isfinite(1 / scales.scale)) continue;
    const float error = ChooseFactors(block, steps, scales);
    if (error >= error_min) continue;
    error_min = error;
    best = scales;
  }
  return best;
}

}  // namespace

void QuantizeRowInt8(const float* values, int64_t cols, int64_t row, std::byte* matrix) {
  for (int64_t begin = 0; begin < cols; begin += kInt8GroupColumns) {
    const Group group = TakeGroup(values, cols, begin);
    const float scale = BestInt8Scale(group);
    const float inverse_scale = scale > 0 ? 1 / scale : 0;
    const GroupPlace place = PlaceOf(matrix, cols, row, begin / kInt8GroupColumns);
    const uint16_t bf16 = FloatToBf16(scale);
    std::memcpy(place.scale, &bf16, sizeof(bf16));
    for (int64_t i = 0; i < kInt8GroupColumns; ++i) {
      const float value = group[static_cast<size_t>(i)];
      const float q = inverse_scale == 0 ? 0 : Quantized(value, inverse_scale, kInt8Levels);
      place.words[i / 4 * kLineBytes + i % 4] =
          static_cast<std::byte>(static_cast<int>(q) + kInt8ZeroPoint);
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
    Group group;
    for (size_t i = 0; i < group.size(); ++i) {
      const int q = static_cast<int>(place.words[i / 4 * kLineBytes + i % 4]) - kInt8ZeroPoint;
      group[i] = static_cast<float>(q) * scale;
    }
    PutGroup(group, cols, begin, values);
  }
}

namespace {

// Where a block of a row has its factors and scale; its weights follow, a line apart.
std::byte* Int4Place(std::byte* matrix, int64_t cols, int64_t row, int64_t block) {
  return matrix + row / kPanelRows * PanelBytes(WeightFormat::kInt4, cols) +
         block * kInt4BlockBytes + row % kPanelRows * 4;
}

// The byte of a column of a block, and how far its four bits are shifted.
struct Int4Bits {
  std::byte* byte;
  int shift;
};
Int4Bits BitsOf(std::byte* place, int64_t column) {
  return {place + (1 + column / 8) * kLineBytes + column % 4, column % 8 < 4 ? 0 : 4};
}

}  // namespace

void QuantizeRowInt4(const float* values, int64_t cols, int64_t row, std::byte* matrix) {
  for (int64_t begin = 0; begin < cols; begin += kInt4BlockColumns) {
    const Group block = TakeGroup(values, cols, begin);
    const Int4Scales scales = BestInt4Scales(block);
    std::byte* place = Int4Place(matrix, cols, row, begin / kInt4BlockColumns);
    uint32_t head = Int4ScaleBits(scales.scale);
    for (size_t group = 0; group < scales.factors.size(); ++group) {
      head |= (static_cast<uint32_t>(scales.factors[group]) & 31) << (12 + 5 * group);
    }
    std::memcpy(place, &head, sizeof(head));
    for (int64_t i = 0; i < kInt4BlockColumns; ++i) {
      const auto column = static_cast<size_t>(i);
      const float step =
          scales.scale * static_cast<float>(scales.factors[column / kInt4GroupColumns]);
      const bool has_step = std::isfinite(1 / step);
      const float q = has_step ? Quantized(block[column], 1 / step, kInt4Levels) : 0;
      const Int4Bits bits = BitsOf(place, i);
      *bits.byte &= std::byte{0xf0} >> bits.shift;
      *bits.byte |= static_cast<std::byte>((static_cast<int>(q) + kInt4ZeroPoint) << bits.shift);
    }
  }
}

void DequantizeRowInt4(const std::byte* matrix, int64_t cols, int64_t row, float* values) {
  for (int64_t begin = 0; begin < cols; begin += kInt4BlockColumns) {
    std::byte* place =
        Int4Place(const_cast<std::byte*>(matrix), cols, row, begin / kInt4BlockColumns);
    uint32_t head;
    std::memcpy(&head, place, sizeof(head));
    Group block;
    for (int64_t i = 0; i < kInt4BlockColumns; ++i) {
      const Int4Bits bits = BitsOf(place, i);
      const int q = static_cast<int>(*bits.byte >> bits.shift & std::byte{15}) - kInt4ZeroPoint;
      const int factor = Int4Factor(head, i / kInt4GroupColumns);
      block[static_cast<size_t>(i)] = static_cast<float>(q * factor) * Int4Scale(head);
    }
    PutGroup(block, cols, begin, values);
  }
}

}  // namespace lemma::kernels
