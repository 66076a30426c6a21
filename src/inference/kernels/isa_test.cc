// Properties: the choice of instruction set is the best the processor has, or the forced one, or an
// error that says what is wrong. Conversions of 16-bit floats are exact.
#include "inference/kernels/isa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "inference/kernels/float16.h"

namespace lemma::kernels {
namespace {

using testing::HasSubstr;

CpuFeatures Cpu(bool avx2, bool avx512, bool bf16) {
  CpuFeatures cpu = DetectCpu();
  cpu.avx2_fma_f16c = avx2;
  cpu.avx512 = avx512;
  cpu.avx512_bf16 = bf16;
  return cpu;
}

TEST(ChooseIsaTest, TakesTheBest) {
  EXPECT_EQ(*ChooseIsa("", Cpu(false, false, false)), Isa::kScalar);
  EXPECT_EQ(*ChooseIsa("", Cpu(true, false, false)), Isa::kAvx2);
  EXPECT_EQ(*ChooseIsa("", Cpu(true, true, false)), Isa::kAvx512);
  EXPECT_EQ(*ChooseIsa("", Cpu(true, true, true)), Isa::kAvx512Bf16);
}

TEST(ChooseIsaTest, ObeysAForcedOne) {
  const CpuFeatures cpu = Cpu(true, true, true);
  EXPECT_EQ(*ChooseIsa("scalar", cpu), Isa::kScalar);
  EXPECT_EQ(*ChooseIsa("avx2", cpu), Isa::kAvx2);
  EXPECT_EQ(*ChooseIsa("avx512", cpu), Isa::kAvx512);
  EXPECT_EQ(*ChooseIsa("avx512-bf16", cpu), Isa::kAvx512Bf16);
}

TEST(ChooseIsaTest, RefusesWhatTheProcessorLacksOrNobodyKnows) {
  const auto lacking = ChooseIsa("avx512", Cpu(true, false, false));
  ASSERT_FALSE(lacking.ok());
  EXPECT_EQ(lacking.status().field(), "LEMMA_ISA");
  EXPECT_THAT(lacking.status().message(), HasSubstr("no avx512"));
  const auto unknown = ChooseIsa("sse9", Cpu(true, true, true));
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.status().message(), HasSubstr("sse9"));
  EXPECT_THAT(unknown.status().message(), HasSubstr("avx512-bf16"));
}

TEST(KernelsForTest, EachTableKnowsItsIsa) {
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Bf16}) {
    if (!ChooseIsa(IsaName(isa), DetectCpu()).ok()) continue;
    EXPECT_EQ(KernelsFor(isa).isa, isa);
  }
}

TEST(Float16Test, EveryF16IsExact) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto f16 = static_cast<uint16_t>(bits);
    const int exponent = f16 >> 10 & 0x1f, mantissa = f16 & 0x3ff;
    const double sign = f16 & 0x8000 ? -1 : 1;
    const float value = F16ToFloat(f16);
    if (exponent == 31) {
      ASSERT_TRUE(mantissa == 0 ? value == sign * HUGE_VALF : std::isnan(value)) << bits;
    } else {
      const double magnitude =
          exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
      ASSERT_EQ(value, sign * magnitude) << bits;
    }
    ASSERT_EQ(std::signbit(value), sign < 0);
  }
}

TEST(Float16Test, Bf16RoundsToTheNearestAndTiesToEven) {
  for (uint32_t bits = 0; bits < 0x7f80; ++bits) {
    const float low = Bf16ToFloat(static_cast<uint16_t>(bits));
    ASSERT_EQ(FloatToBf16(low), bits);
    ASSERT_EQ(FloatToBf16(-low), bits | 0x8000);
    const float half = FloatOfBits(bits << 16 | 0x8000);
    ASSERT_EQ(FloatToBf16(half), bits + (bits & 1));
    ASSERT_EQ(FloatToBf16(std::nextafter(half, HUGE_VALF)), bits + 1);
    ASSERT_EQ(FloatToBf16(std::nextafter(half, 0.0f)), bits);
  }
  EXPECT_TRUE(std::isnan(Bf16ToFloat(FloatToBf16(FloatOfBits(0x7f800001)))));
  EXPECT_TRUE(std::isnan(Bf16ToFloat(FloatToBf16(FloatOfBits(0xffffffff)))));
}

}  // namespace
}  // namespace lemma::kernels
