// Properties: the operations of sampling agree with plain loops in double at odd sizes, ties and
// extreme values, write nothing else, and sum in an order of their own alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "inference/kernels/test_isas.h"
#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kHighest = std::numeric_limits<float>::max();
const std::vector<int64_t> kSizes = {1, 15, 16, 17, 63, 64, 65, 1000, 1023, 1024, 1025, 2100, 5000};

class SamplingTest : public testing::TestWithParam<Isa> {
 protected:
  const Kernels& kernels() const { return KernelsFor(GetParam()); }
};

TEST_P(SamplingTest, MaxLogitFindsTheHighestWhereverItIs) {
  for (const int64_t n : kSizes) {
    std::vector<float> logits = RandomFloats(n + 1, 1);  // one float off a boundary
    logits[0] = 1000;
    for (int64_t at = 1; at <= n; at += 1 + n / 50) {
      const float before = std::exchange(logits[size_t(at)], 10.0f);
      ASSERT_EQ(kernels().max_logit(logits.data() + 1, n), 10.0f) << n << " " << at;
      logits[size_t(at)] = before;
    }
    std::fill(logits.begin() + 1, logits.end(), -5.0f);  // padding is no 0
    ASSERT_EQ(kernels().max_logit(logits.data() + 1, n), -5.0f);
    logits[size_t(n)] = kHighest;
    ASSERT_EQ(kernels().max_logit(logits.data() + 1, n), kHighest);
    std::fill(logits.begin(), logits.end(), -kHighest);
    ASSERT_EQ(kernels().max_logit(logits.data() + 1, n), -kHighest);
    std::fill(logits.begin(), logits.end(), -kInfinity);
    ASSERT_EQ(kernels().max_logit(logits.data() + 1, n), -kInfinity);
  }
}

TEST_P(SamplingTest, MaxLogitIsNanWhereALogitIsNoNumber) {
  for (const int64_t n : kSizes) {
    for (const float bad : {kNan, -kNan, kInfinity}) {
      std::vector<float> logits = RandomFloats(n, 1);
      logits[size_t(n / 3)] = -kInfinity;
      for (int64_t at = 0; at < n; at += 1 + n / 50) {
        const float before = std::exchange(logits[size_t(at)], bad);
        ASSERT_TRUE(std::isnan(kernels().max_logit(logits.data(), n))) << n << " " << at;
        logits[size_t(at)] = before;
      }
    }
  }
}

TEST_P(SamplingTest, SoftmaxWeightsAgreeWithTheReference) {
  for (const int64_t n : kSizes) {
    std::vector<float> logits = RandomFloats(n + 1, 1);
    for (float& logit : logits) logit = logit * 20 - 3;
    const float max = *std::max_element(logits.begin() + 1, logits.end());
    for (const float scale : {0.01f, 1.0f, 1.7f, 1e5f}) {
      std::vector<float> weights(size_t(n + 2), kNan);
      std::vector<float> sums(size_t(DivideUp(n, kSamplingBlock) + 1), kNan);
      kernels().softmax_weights(logits.data() + 1, n, max, scale, weights.data() + 1, sums.data());
      for (int64_t begin = 0; begin < n; begin += kSamplingBlock) {
        double sum = 0;
        for (int64_t i = begin + 1; i <= std::min(n, begin + kSamplingBlock); ++i) {
          // The rounding of an exponent below 128 to 24 bits, twice.
          const double expected = std::exp((double{logits[size_t(i)]} - max) * scale);
          ASSERT_NEAR(weights[size_t(i)], expected, 1.1e-5 * expected + 6e-39);
          sum += weights[size_t(i)];
        }
        ASSERT_NEAR(sums[size_t(begin / kSamplingBlock)], sum, 1e-6 * sum);
      }
      ASSERT_TRUE(std::isnan(weights.front()) && std::isnan(weights.back()));
      ASSERT_TRUE(std::isnan(sums.back()));
    }
  }
}

TEST_P(SamplingTest, SoftmaxWeightsInPlaceAndOfExtremes) {
  std::vector<float> logits = {3e38f, -3e38f, -kInfinity, 3e38f};
  float sum = 0;
  kernels().softmax_weights(logits.data(), 4, 3e38f, 1.0f, logits.data(), &sum);
  EXPECT_EQ(logits, (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(sum, 2.0f);
}

TEST_P(SamplingTest, MassBeforeAgreesWithTheReference) {
  for (const int64_t n : kSizes) {
    for (const float step : {0.0f, 0.25f, 1.0f}) {  // of ties: all different, some, nearly all
      std::vector<float> weights = RandomFloats(n + 2, 2);
      for (float& weight : weights) {
        weight = std::abs(weight) + 0.01f;
        if (step > 0) weight = std::ceil(weight / step) * step;
      }
      weights.front() = weights.back() = 100;
      for (int64_t index = 0; index < n; index += 1 + n / 37) {
        const float weight = weights[size_t(index + 1)];
        double expected = 0;
        for (int64_t i = 0; i < n; ++i) {
          const float other = weights[size_t(i + 1)];
          if (other > weight || (other == weight && i < index)) expected += other;
        }
        ASSERT_NEAR(kernels().mass_before(weights.data() + 1, n, index), expected, 1e-6 * expected)
            << n << " " << index;
      }
    }
  }
}

TEST_P(SamplingTest, MassBeforeOfTheLowestWeights) {
  std::vector<float> weights(100, 0.0f);
  weights[7] = weights[50] = 0x1p-126f;
  weights[60] = 1;
  EXPECT_EQ(kernels().mass_before(weights.data(), 100, 60), 0);
  EXPECT_EQ(kernels().mass_before(weights.data(), 100, 7), 1);
  weights[60] = 0;
  EXPECT_EQ(kernels().mass_before(weights.data(), 100, 7), 0);
  EXPECT_EQ(kernels().mass_before(weights.data(), 100, 50), 0x1p-126);
}

TEST_P(SamplingTest, SumsAreThoseOfTheInstructionSetsToTheBit) {
  const int64_t n = 5003;
  std::vector<float> weights = RandomFloats(n, 3);
  for (float& weight : weights) weight = std::abs(weight);
  for (const int64_t index : {0, 1024, 3333, 5002}) {
    EXPECT_EQ(kernels().mass_before(weights.data(), n, index),
              KernelsFor(Isa::kScalar).mass_before(weights.data(), n, index));
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, SamplingTest, testing::ValuesIn(TestedIsas()), [](const auto& info) {
  std::string name = IsaName(info.param);
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace lemma::kernels
