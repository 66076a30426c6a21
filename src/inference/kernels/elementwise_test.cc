// Properties: the small operations agree with the reference at odd sizes and extreme values, and
// write nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "inference/kernels/hadamard.h"
#include "inference/kernels/test_isas.h"
#include "inference/kernels/test_reference.h"

namespace lemma::kernels {
namespace {

constexpr float kPoison = std::numeric_limits<float>::quiet_NaN();

class ElementwiseTest : public testing::TestWithParam<Isa> {
 protected:
  const Kernels& kernels() const { return KernelsFor(GetParam()); }
};

TEST_P(ElementwiseTest, RmsNormAgreesWithTheReference) {
  for (const int64_t n : {1, 15, 16, 17, 100, 1536}) {
    const std::vector<float> x = RandomFloats(n + 1, 1), weight = RandomFloats(n + 1, 2);
    std::vector<float> out(static_cast<size_t>(n + 2), kPoison);
    std::vector<double> expected(static_cast<size_t>(n));
    kernels().rms_norm(x.data() + 1, weight.data() + 1, n, 1e-6f, out.data() + 1);
    ReferenceRmsNorm(x.data() + 1, weight.data() + 1, n, 1e-6, expected.data());
    for (int64_t i = 0; i < n; ++i) {
      ASSERT_NEAR(out[size_t(i + 1)], expected[size_t(i)], 2e-6 * std::abs(expected[size_t(i)]));
    }
    ASSERT_TRUE(std::isnan(out.front()) && std::isnan(out.back()));
  }
}

TEST_P(ElementwiseTest, RmsNormOfZerosIsZero) {
  std::vector<float> x(20, 0.0f);
  const std::vector<float> weight(20, 1.0f);
  kernels().rms_norm(x.data(), weight.data(), 20, 1e-6f, x.data());
  EXPECT_EQ(x, std::vector<float>(20, 0.0f));
}

TEST_P(ElementwiseTest, RopeAgreesWithTheReference) {
  for (const int64_t head_dim : {2, 10, 32, 66, 128}) {
    const int64_t n_heads = 3;
    const std::vector<float> angles = RandomFloats(head_dim / 2, 1);
    std::vector<float> cos, sin;
    for (const float angle : angles) {
      cos.push_back(std::cos(angle));
      sin.push_back(std::sin(angle));
    }
    const std::vector<float> before = RandomFloats(n_heads * head_dim, 2);
    std::vector<float> x = before;
    x.push_back(kPoison);
    kernels().rope(x.data(), n_heads, head_dim, cos.data(), sin.data());
    std::vector<double> expected(static_cast<size_t>(head_dim));
    for (int64_t head = 0; head < n_heads; ++head) {
      ReferenceRope(before.data() + head * head_dim, head_dim, cos.data(), sin.data(),
                    expected.data());
      for (int64_t i = 0; i < head_dim; ++i) {
        ASSERT_NEAR(x[size_t(head * head_dim + i)], expected[size_t(i)], 5e-7) << head_dim;
      }
    }
    ASSERT_TRUE(std::isnan(x.back()));
  }
}

TEST_P(ElementwiseTest, RotateIsTheReferencesToTheBitAndItsOwnInverse) {
  for (const int64_t head_dim : {64, 128}) {
    const std::vector<float> before = RandomFloats(3 * head_dim, 1);
    std::vector<float> x = before, expected = before;
    x.push_back(kPoison);
    kernels().rotate(x.data(), 3, head_dim);
    for (int64_t head = 0; head < 3; ++head) Rotate(expected.data() + head * head_dim, head_dim);
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), x.begin())) << head_dim;
    ASSERT_TRUE(std::isnan(x.back()));
    kernels().rotate(x.data(), 3, head_dim);
    for (size_t i = 0; i < before.size(); ++i) {
      ASSERT_NEAR(x[i] / static_cast<float>(head_dim), before[i], 1e-6);
    }
  }
}

TEST_P(ElementwiseTest, SiluMulAgreesWithTheReferenceAndKeepsNan) {
  std::vector<float> gate = {-1000, -100, -88, -20, -1e-20f, 0, 1e-20f, 20, 88, 100, 1000, kPoison};
  for (float x = -12; x < 12; x += 0.37f) gate.push_back(x);
  const auto n = static_cast<int64_t>(gate.size());
  const std::vector<float> up = RandomFloats(n, 1);
  std::vector<float> out(gate.size() + 1, kPoison);
  kernels().silu_mul(gate.data(), up.data(), n, out.data());
  for (size_t i = 0; i < gate.size(); ++i) {
    if (std::isnan(gate[i])) {
      ASSERT_TRUE(std::isnan(out[i]));
      continue;
    }
    const double expected = ReferenceSilu(gate[i]) * up[i];
    ASSERT_NEAR(out[i], expected, 1e-6 * std::abs(expected) + 1e-30) << gate[i];
  }
  ASSERT_TRUE(std::isnan(out.back()));
}

TEST_P(ElementwiseTest, SumAddsEveryElementOnce) {
  for (const int64_t n : {0, 1, 16, 63, 64, 65, 1000}) {
    std::vector<float> values(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) values[static_cast<size_t>(i)] = static_cast<float>(i + 1);
    EXPECT_EQ(kernels().sum(values.data(), n), static_cast<float>(n * (n + 1) / 2));
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, ElementwiseTest, testing::ValuesIn(TestedIsas()),
                         [](const auto& info) {
                           std::string name = IsaName(info.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace lemma::kernels
