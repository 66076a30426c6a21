// Properties: int8 weights are near what they were rounded from, nearer than with a scale from the
// maximum; no row touches another; what is not finite or tiny does no harm.
#include "inference/kernels/quantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

std::vector<float> RoundTrip(const std::vector<float>& row) {
  const auto cols = static_cast<int64_t>(row.size());
  const PackedMatrix matrix(WeightFormat::kInt8, 1, cols, row);
  std::vector<float> values(row.size());
  DequantizeRowInt8(matrix.view().data, cols, 0, values.data());
  return values;
}

std::vector<float> NormalFloats(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> values(static_cast<size_t>(n));
  for (float& value : values) value = normal(random);
  return values;
}

TEST(QuantizeTest, AWeightIsWithinAStepOfItself) {
  for (const int64_t cols : {1, 3, 127, 128, 129, 256, 700}) {
    const std::vector<float> row = NormalFloats(cols, 1), rounded = RoundTrip(row);
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t begin = i / kInt8GroupColumns * kInt8GroupColumns;
      float maximum = 0;
      for (size_t j = begin; j < std::min(row.size(), begin + kInt8GroupColumns); ++j) {
        maximum = std::max(maximum, std::abs(row[j]));
      }
      // Half a step, or the most that a smaller scale cuts off.
      ASSERT_NEAR(rounded[i], row[i], maximum * 0.06f) << i << " of " << cols;
    }
  }
}

TEST(QuantizeTest, TheScaleLeavesLessErrorThanTheMaximumWould) {
  const std::vector<float> row = NormalFloats(int64_t{128} * 500, 2), rounded = RoundTrip(row);
  double error = 0, plain_error = 0;
  for (size_t begin = 0; begin < row.size(); begin += kInt8GroupColumns) {
    float maximum = 0;
    for (size_t i = begin; i < begin + kInt8GroupColumns; ++i) {
      maximum = std::max(maximum, std::abs(row[i]));
    }
    const float scale = maximum / 127;
    for (size_t i = begin; i < begin + kInt8GroupColumns; ++i) {
      error += std::pow(row[i] - rounded[i], 2);
      plain_error += std::pow(row[i] - scale * std::nearbyint(row[i] / scale), 2);
    }
  }
  EXPECT_LT(error, 0.99 * plain_error);
}

TEST(QuantizeTest, RowsDoNotTouchEachOther) {
  constexpr int64_t kRows = 35, kCols = 300;
  const std::vector<float> values = NormalFloats(kRows * kCols, 3);
  const PackedMatrix matrix(WeightFormat::kInt8, kRows, kCols, values);
  for (int64_t row = 0; row < kRows; ++row) {
    const auto begin = values.begin() + row * kCols;
    std::vector<float> together(kCols);
    DequantizeRowInt8(matrix.view().data, kCols, row, together.data());
    EXPECT_EQ(together, RoundTrip({begin, begin + kCols})) << row;
  }
}

TEST(QuantizeTest, ZerosAndTheSmallestWeightsStaySmall) {
  EXPECT_EQ(RoundTrip(std::vector<float>(130, 0.0f)), std::vector<float>(130, 0.0f));
  for (const float value : RoundTrip(std::vector<float>(130, 1e-44f))) {
    EXPECT_LE(std::abs(value), 1e-36f);
  }
}

TEST(QuantizeTest, AWeightThatIsNotFiniteMakesItsGroupNan) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> row = NormalFloats(300, 4);
    row[200] = bad;
    const std::vector<float> rounded = RoundTrip(row);
    EXPECT_TRUE(std::isfinite(rounded[127]));
    EXPECT_TRUE(std::isnan(rounded[128]));
    EXPECT_TRUE(std::isnan(rounded[200]));
    EXPECT_TRUE(std::isfinite(rounded[256]));
  }
}

}  // namespace
}  // namespace lemma::kernels
