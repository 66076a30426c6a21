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
  std::byte* scale;
  std::byte* words;  // four columns each, a line apart
};

GroupPlace PlaceOf(std::byte* matrix, int64_t cols, int64_t row, int64_t group) {
  std::byte* scale = matrix + row / kPanelRows * PanelBytes(WeightFormat::kInt8, cols) +
                     group * kInt8GroupBytes + row % kPanelRows * 4;
  return {scale, scale + kLineBytes};
}

// Rotated.
using Group = std::array<float, kGroupColumns>;

// With zeros where a row ends.
Group TakeGroup(const float* values, int64_t cols, int64_t begin) {
  Group group = {};
  std::copy_n(values + begin, std::min(kGroupColumns, cols - begin), group.begin());
  Rotate(group.data(), kGroupColumns);
  for (float& value : group) value *= 1.0f / kGroupColumns;
  return group;
}

// The inverse.
void PutGroup(Group group, int64_t cols, int64_t begin, float* values) {
  Rotate(group.data(), kGroupColumns);
  std::copy_n(group.begin(), std::min(kGroupColumns, cols - begin), values + begin);
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

// A positive float as the heads of an int4 group hold it; NaN stays one.
uint32_t Int4ScaleBits(float scale) {
  return scale == scale ? (FloatBits(scale) + 0x40000) >> 19 : 0xff8;
}

constexpr int kFactorMax = 15;

struct Int4Scales {
  float scale = 0;
  std::array<int, kInt4Parts> factors = {1, 1, 1, 1, 1, 1, 1, 1};
};

std::span<const float> PartOf(const Group& group, size_t part) {
  return std::span(group).subspan(part * kInt4PartColumns, kInt4PartColumns);
}

// The step with the least square error for one part alone. A negative one turns the levels round:
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

// Factors for a scale: of the three around a part's own best step. Returns the square error.
float ChooseFactors(const Group& group, const std::array<float, kInt4Parts>& steps,
                    Int4Scales& scales) {
  float total = 0;
  for (size_t part = 0; part < steps.size(); ++part) {
    const int nearest = static_cast<int>(std::nearbyint(steps[part] / scales.scale));
    float error_min = std::numeric_limits<float>::infinity();
    for (int factor = nearest - 1; factor <= nearest + 1; ++factor) {
      if (factor == 0 || std::abs(factor) > kFactorMax) continue;
      const float step = scales.scale * static_cast<float>(factor);
      const float error = SquareError(PartOf(group, part), step, kInt4Levels);
      if (error >= error_min) continue;
      error_min = error;
      scales.factors[part] = factor;
    }
    total += error_min;
  }
  return total;
}

Int4Scales BestInt4Scales(const Group& group) {
  Int4Scales best;
  if (!std::isfinite(Maximum(group))) {
    best.scale = std::numeric_limits<float>::quiet_NaN();
    return best;
  }
  std::array<float, kInt4Parts> steps = {};
  for (size_t part = 0; part < steps.size(); ++part) {
    steps[part] = BestInt4Step(PartOf(group, part));
  }
  float largest = 0;
  for (const float step : steps) largest = std::max(largest, std::abs(step) / kFactorMax);
  float error_min = std::numeric_limits<float>::infinity();
  // Steps of 1/16 to 1/32, while the largest part has a factor of 12 to 15.
  const uint32_t first = Int4ScaleBits(largest * 0.98f);
  for (uint32_t bits = std::max(first, 1u); bits <= first + 4; ++bits) {
    Int4Scales scales = {.scale = Int4Scale(bits)};
    if (!std::isfinite(1 / scales.scale)) continue;
    const float error = ChooseFactors(group, steps, scales);
    if (error >= error_min) continue;
    error_min = error;
    best = scales;
  }
  return best;
}

}  // namespace

void QuantizeRowInt8(const float* values, int64_t cols, int64_t row, std::byte* matrix) {
  for (int64_t begin = 0; begin < cols; begin += kGroupColumns) {
    const Group group = TakeGroup(values, cols, begin);
    const float scale = Maximum(group) / 127;  // a smaller one would gain 0.1 % of the error
    const bool has_step = std::isfinite(1 / scale);
    const GroupPlace place = PlaceOf(matrix, cols, row, begin / kGroupColumns);
    std::memcpy(place.scale, &scale, sizeof(scale));
    for (int64_t i = 0; i < kGroupColumns; ++i) {
      const float value = group[static_cast<size_t>(i)];
      const float q = has_step ? Quantized(value, 1 / scale, kInt8Levels) : 0;
      place.words[i / 4 * kLineBytes + i % 4] =
          static_cast<std::byte>(static_cast<int>(q) + kInt8ZeroPoint);
    }
  }
}

void DequantizeRowInt8(const std::byte* matrix, int64_t cols, int64_t row, float* values) {
  for (int64_t begin = 0; begin < cols; begin += kGroupColumns) {
    const GroupPlace place =
        PlaceOf(const_cast<std::byte*>(matrix), cols, row, begin / kGroupColumns);
    float scale;
    std::memcpy(&scale, place.scale, sizeof(scale));
    Group group;
    for (size_t i = 0; i < group.size(); ++i) {
      const int q = static_cast<int>(place.words[i / 4 * kLineBytes + i % 4]) - kInt8ZeroPoint;
      group[i] = static_cast<float>(q) * scale;
    }
    PutGroup(group, cols, begin, values);
  }
}

namespace {

// Where a group of a row has its heads; its weights follow, a line apart.
std::byte* Int4Place(std::byte* matrix, int64_t cols, int64_t row, int64_t group) {
  return matrix + row / kPanelRows * PanelBytes(WeightFormat::kInt4, cols) +
         group * kInt4GroupBytes + row % kPanelRows * 4;
}

// The byte of a column of a group, and how far its four bits are shifted.
struct Int4Bits {
  std::byte* byte;
  int shift;
};
Int4Bits BitsOf(std::byte* place, int64_t column) {
  return {place + (kInt4HeadLines + column / 8) * kLineBytes + column % 4, column % 8 < 4 ? 0 : 4};
}

void PutHeads(const Int4Scales& scales, std::byte* place) {
  for (int64_t line = 0; line < kInt4HeadLines; ++line) {
    uint32_t head = Int4ScaleBits(scales.scale);
    for (int64_t i = 0; i < kInt4HeadParts; ++i) {
      const int factor = scales.factors[static_cast<size_t>(line * kInt4HeadParts + i)];
      head |= (static_cast<uint32_t>(factor) & 31) << (12 + 5 * i);
    }
    std::memcpy(place + line * kLineBytes, &head, sizeof(head));
  }
}

}  // namespace

void QuantizeRowInt4(const float* values, int64_t cols, int64_t row, std::byte* matrix) {
  for (int64_t begin = 0; begin < cols; begin += kGroupColumns) {
    const Group group = TakeGroup(values, cols, begin);
    const Int4Scales scales = BestInt4Scales(group);
    std::byte* place = Int4Place(matrix, cols, row, begin / kGroupColumns);
    PutHeads(scales, place);
    for (int64_t i = 0; i < kGroupColumns; ++i) {
      const auto column = static_cast<size_t>(i);
      const float step =
          scales.scale * static_cast<float>(scales.factors[column / kInt4PartColumns]);
      const bool has_step = std::isfinite(1 / step);
      const float q = has_step ? Quantized(group[column], 1 / step, kInt4Levels) : 0;
      const Int4Bits bits = BitsOf(place, i);
      *bits.byte &= std::byte{0xf0} >> bits.shift;
      *bits.byte |= static_cast<std::byte>((static_cast<int>(q) + kInt4ZeroPoint) << bits.shift);
    }
  }
}

void DequantizeRowInt4(const std::byte* matrix, int64_t cols, int64_t row, float* values) {
  for (int64_t begin = 0; begin < cols; begin += kGroupColumns) {
    std::byte* place = Int4Place(const_cast<std::byte*>(matrix), cols, row, begin / kGroupColumns);
    Group group;
    for (int64_t i = 0; i < kGroupColumns; ++i) {
      const int64_t part = i / kInt4PartColumns;
      uint32_t head;
      std::memcpy(&head, place + part / kInt4HeadParts * kLineBytes, sizeof(head));
      const Int4Bits bits = BitsOf(place, i);
      const int q = static_cast<int>(*bits.byte >> bits.shift & std::byte{15}) - kInt4ZeroPoint;
      const int factor = Int4Factor(head, part % kInt4HeadParts);
      group[static_cast<size_t>(i)] = static_cast<float>(q * factor) * Int4Scale(head);
    }
    PutGroup(group, cols, begin, values);
  }
}

}  // namespace lemma::kernels
