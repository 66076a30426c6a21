// bf16, f16 and the scales of int4 as their bits, one value at a time. Static for the reason given
// in panel.h.
#pragma once

#include <cstdint>
#include <cstring>

namespace lemma::kernels {

static inline uint32_t FloatBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static inline float FloatOfBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

static inline float Bf16ToFloat(uint16_t bf16) {
  return FloatOfBits(static_cast<uint32_t>(bf16) << 16);
}

// To the nearest, ties to even; a NaN stays one.
static inline uint16_t FloatToBf16(float value) {
  const uint32_t bits = FloatBits(value);
  if (value != value) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Exact for every f16, subnormal ones included.
static inline float F16ToFloat(uint16_t f16) {
  const uint32_t sign = static_cast<uint32_t>(f16 & 0x8000) << 16;
  const uint32_t exponent = f16 >> 10 & 0x1f;
  const uint32_t mantissa = f16 & 0x3ff;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t exponent32 = exponent == 0x1f ? 0xff : exponent + 112;
  return FloatOfBits(sign | exponent32 << 23 | mantissa << 13);
}

// The parts of an int4 head (panel.h).
static inline float Int4Scale(uint32_t head) { return FloatOfBits((head & 0xfff) << 19); }
static inline int32_t Int4Factor(uint32_t head, int64_t group) {
  return static_cast<int32_t>(head << (15 - 5 * group)) >> 27;
}

}  // namespace lemma::kernels
