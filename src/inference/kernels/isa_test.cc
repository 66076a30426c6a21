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

// A processor with all that the first `n` of these names say.
CpuFeatures Cpu(int n) {
  CpuFeatures cpu = DetectCpu();
  bool* const features[] = {&cpu.avx2_fma_f16c, &cpu.avx_vnni,    &cpu.avx512,
                            &cpu.avx512_vnni,   &cpu.avx512_bf16, &cpu.amx_int8};
  for (int i = 0; i < 6; ++i) *features[i] = i < n;
  return cpu;
}
constexpr Isa kIsas[] = {Isa::kScalar,     Isa::kAvx2,       Isa::kAvx2Vnni, Isa::kAvx512,
                         Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx};

TEST(ChooseIsaTest, TakesTheBest) {
  for (int n = 0; n < 7; ++n) EXPECT_EQ(*ChooseIsa("", Cpu(n)), kIsas[n]);
}

TEST(ChooseIsaTest, ObeysAForcedOne) {
  for (const Isa isa : kIsas) EXPECT_EQ(*ChooseIsa(IsaName(isa), Cpu(6)), isa);
  EXPECT_EQ(*ChooseIsa("scalar", Cpu(6)), Isa::kScalar);
  EXPECT_EQ(*ChooseIsa("avx512-bf16", Cpu(6)), Isa::kAvx512Bf16);
}

TEST(ChooseIsaTest, RefusesWhatTheProcessorLacksOrNobodyKnows) {
  const auto lacking = ChooseIsa("avx512", Cpu(1));
  ASSERT_FALSE(lacking.ok());
  EXPECT_EQ(lacking.status().field(), "LEMMA_ISA");
  EXPECT_THAT(lacking.status().message(), HasSubstr("no avx512"));
  const auto unknown = ChooseIsa("sse9", Cpu(6));
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.status().message(), HasSubstr("sse9"));
  EXPECT_THAT(unknown.status().message(), HasSubstr("avx512-bf16"));
}

TEST(KernelsForTest, EachTableKnowsItsIsa) {
  for (const Isa isa : kIsas) {
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
