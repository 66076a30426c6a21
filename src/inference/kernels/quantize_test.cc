// Properties: int8 and int4 weights are near what they were rounded from, as near as plain scales
// bring them or, in int8, as far off as larger groups make them; no row touches another; what is
// not finite or tiny does no harm.
#include "inference/kernels/quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

class QuantizeTest : public testing::TestWithParam<WeightFormat> {
 protected:
  static std::vector<float> RowOf(const PackedMatrix& matrix, int64_t row, size_t cols) {
    std::vector<float> values = matrix.Row(row);
    values.resize(cols);
    return values;
  }
  static std::vector<float> RoundTrip(const std::vector<float>& row) {
    return RowOf(PackedMatrix(GetParam(), 1, static_cast<int64_t>(row.size()), row), 0, row.size());
  }
  // The weights that share a scale or a factor.
  static size_t group() {
    return GetParam() == WeightFormat::kInt8 ? kGroupColumns : kInt4PartColumns;
  }
};

std::vector<float> NormalFloats(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> values(static_cast<size_t>(n));
  for (float& value : values) value = normal(random);
  return values;
}

float MaximumOf(const std::vector<float>& row, size_t begin, size_t n) {
  float maximum = 0;
  for (size_t i = begin; i < std::min(row.size(), begin + n); ++i) {
    maximum = std::max(maximum, std::abs(row[i]));
  }
  return maximum;
}

TEST_P(QuantizeTest, AWeightIsWithinAStepOfItself) {
  for (const int64_t cols : {1, 3, 31, 128, 255, 256, 257, 700}) {
    const std::vector<float> row = NormalFloats(cols, 1), rounded = RoundTrip(row);
    for (size_t i = 0; i < row.size(); ++i) {
      // Half a step, or the most that a smaller scale cuts off.
      const float step = GetParam() == WeightFormat::kInt8 ? 0.06f : 0.3f;
      ASSERT_NEAR(rounded[i], row[i], step * MaximumOf(row, i / group() * group(), group()))
          << i << " of " << cols;
    }
  }
}

// The sum of the squares that is lost where `columns` weights share a scale that their largest one
// alone decides: with 32 of them Q8_0 and Q4_0 (but for a scale in float16).
double PlainError(const std::vector<float>& row, size_t columns, bool is_int8) {
  double error = 0;
  for (size_t begin = 0; begin < row.size(); begin += columns) {
    float extreme = 0;  // of the largest magnitude, with its sign
    for (size_t i = begin; i < begin + columns; ++i) {
      if (std::abs(row[i]) > std::abs(extreme)) extreme = row[i];
    }
    const float step = is_int8 ? extreme / 127 : extreme / -8;
    for (size_t i = begin; i < begin + columns; ++i) {
      const float q = std::min(std::nearbyint(row[i] / step), is_int8 ? 127.0f : 7.0f);
      error += std::pow(row[i] - step * q, 2);
    }
  }
  return error;
}

// Of normally distributed weights, which rotation leaves so: what it gains is with uneven ones.
// int8 loses what the larger maximum of its groups costs, 1.69 to 1.76 times Q8_0's squares (1.3
// times the error), at 8.125 bits instead of 8.5; int4, by scales of the least square error, 0.92
// to 0.94 times Q4_0's.
TEST_P(QuantizeTest, TheErrorOfNormalWeightsBesideThatOfQ8_0AndQ4_0) {
  const std::vector<float> row = NormalFloats(kGroupColumns * 250, 2), rounded = RoundTrip(row);
  const bool is_int8 = GetParam() == WeightFormat::kInt8;
  double error = 0;
  for (size_t i = 0; i < row.size(); ++i) error += std::pow(row[i] - rounded[i], 2);
  EXPECT_LT(error, (is_int8 ? 1.8 : 0.95) * PlainError(row, 32, is_int8));
  if (is_int8) {
    EXPECT_GT(error, 1.6 * PlainError(row, 32, is_int8));
    // Of groups of the same size: rotated values have another maximum, as often larger as smaller.
    EXPECT_LT(error, 1.05 * PlainError(row, kGroupColumns, is_int8));
  }
}

TEST_P(QuantizeTest, RowsDoNotTouchEachOther) {
  constexpr int64_t kRows = 35, kCols = 300;
  const std::vector<float> values = NormalFloats(kRows * kCols, 3);
  const PackedMatrix matrix(GetParam(), kRows, kCols, values);
  for (int64_t row = 0; row < kRows; ++row) {
    const auto begin = values.begin() + row * kCols;
    EXPECT_EQ(RowOf(matrix, row, kCols), RoundTrip({begin, begin + kCols})) << row;
  }
}

TEST_P(QuantizeTest, ZerosAndTheSmallestWeightsStaySmall) {
  EXPECT_EQ(RoundTrip(std::vector<float>(260, 0.0f)), std::vector<float>(260, 0.0f));
  for (const float value : RoundTrip(std::vector<float>(260, 1e-44f))) {
    EXPECT_LE(std::abs(value), 1e-36f);
  }
}

TEST_P(QuantizeTest, AWeightThatIsNotFiniteMakesItsGroupNan) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> row = NormalFloats(600, 4);
    row[400] = bad;
    const std::vector<float> rounded = RoundTrip(row);
    EXPECT_TRUE(std::isfinite(rounded[255]));
    EXPECT_TRUE(std::isnan(rounded[256]));
    EXPECT_TRUE(std::isnan(rounded[400]));
    EXPECT_TRUE(std::isfinite(rounded[512]));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, QuantizeTest,
                         testing::Values(WeightFormat::kInt8, WeightFormat::kInt4),
                         [](const auto& info) {
                           return info.param == WeightFormat::kInt8 ? "int8" : "int4";
                         });

}  // namespace
}  // namespace lemma::kernels
