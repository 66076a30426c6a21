// Sixteen floats for a processor without vector instructions that we know: plain loops, which the
// compiler turns into what the baseline has. simd_avx512.h says what the operations are.
#pragma once

#include <cmath>
#include <cstdint>

#include "inference/kernels/float16.h"
#include "inference/kernels/panel.h"

namespace lemma::kernels {
namespace {

inline constexpr int kTileSums = 2;
inline constexpr int kTileTokens = 2;
inline constexpr int64_t kFetchLines = 32;  // of int8 at a time (product.inl.h)
inline constexpr int64_t kFetchAhead = 2048;

struct F32x16 {
  float lane[16];
};

template <typename F>
inline F32x16 EachLane(const F& f) {
  F32x16 result;
  for (int i = 0; i < 16; ++i) result.lane[i] = f(i);
  return result;
}

inline F32x16 Set(float x) {
  return EachLane([&](int) { return x; });
}
inline F32x16 Load(const float* p) {
  return EachLane([&](int i) { return p[i]; });
}
inline F32x16 LoadN(const float* p, int64_t n) {
  return EachLane([&](int i) { return i < n ? p[i] : 0.0f; });
}
inline void Store(float* p, F32x16 a) {
  for (int i = 0; i < 16; ++i) p[i] = a.lane[i];
}
inline void StoreN(float* p, F32x16 a, int64_t n) {
  for (int i = 0; i < 16; ++i) {
    if (i < n) p[i] = a.lane[i];
  }
}
inline void StoreBf16(uint16_t* p, F32x16 a) {
  for (int i = 0; i < 16; ++i) p[i] = FloatToBf16(a.lane[i]);
}

inline F32x16 Add(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] + b.lane[i]; });
}
inline F32x16 Sub(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] - b.lane[i]; });
}
inline F32x16 Mul(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] * b.lane[i]; });
}
inline F32x16 Div(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] / b.lane[i]; });
}
inline F32x16 MulAdd(F32x16 a, F32x16 b, F32x16 c) {
  return EachLane([&](int i) { return a.lane[i] * b.lane[i] + c.lane[i]; });
}
inline F32x16 Max(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
}
inline F32x16 Min(F32x16 a, F32x16 b) {
  return EachLane([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
}
inline F32x16 KeepAbove(F32x16 a, F32x16 floor) {
  return EachLane([&](int i) { return a.lane[i] > floor.lane[i] ? a.lane[i] : 0.0f; });
}
inline F32x16 Round(F32x16 a) {
  return EachLane([&](int i) { return __builtin_nearbyintf(a.lane[i]); });
}
inline F32x16 PowerOfTwo(F32x16 n) {
  return EachLane([&](int i) {
    // A NaN has no integer; its caller multiplies by a NaN anyway.
    const float clean = n.lane[i] == n.lane[i] ? n.lane[i] : 0.0f;
    return FloatOfBits(static_cast<uint32_t>(static_cast<int32_t>(clean) + 127) << 23);
  });
}
inline F32x16 FirstLanes(F32x16 a, int64_t n, float rest) {
  return EachLane([&](int i) { return i < n ? a.lane[i] : rest; });
}

template <int kDistance>
inline F32x16 SwapLanes(F32x16 a) {
  return EachLane([&](int i) { return a.lane[i ^ kDistance]; });
}

inline float FirstLane(F32x16 a) { return a.lane[0]; }
inline float ReduceAdd(F32x16 a) {
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) a.lane[i] += a.lane[i + width];
  }
  return a.lane[0];
}
inline float ReduceMax(F32x16 a) {
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) {
      a.lane[i] = a.lane[i] > a.lane[i + width] ? a.lane[i] : a.lane[i + width];
    }
  }
  return a.lane[0];
}

struct I32x16 {
  int32_t lane[16];
};
struct Int8Line {
  uint8_t byte[64];
};
struct Int8Quad {
  int8_t byte[4];
};

inline I32x16 SetInts(int32_t n) {
  I32x16 ints;
  for (int32_t& lane : ints.lane) lane = n;
  return ints;
}
inline F32x16 ToFloats(const I32x16& a) {
  return EachLane([&](int i) { return static_cast<float>(a.lane[i]); });
}
inline void StoreInt8(int8_t* p, F32x16 a) {
  const F32x16 rounded = Round(Max(Min(a, Set(127)), Set(-128)));  // -128 for NaN
  for (int i = 0; i < 16; ++i) p[i] = static_cast<int8_t>(rounded.lane[i]);
}
inline Int8Line LoadInt8Line(const std::byte* line) {
  Int8Line bytes;
  std::memcpy(&bytes, line, sizeof(bytes));
  return bytes;
}
inline Int8Quad LoadQuad(const int8_t* x) { return {{x[0], x[1], x[2], x[3]}}; }
inline I32x16 Dot(I32x16 sum, const Int8Line& line, const Int8Quad& x) {
  for (int i = 0; i < 16; ++i) {
    for (int c = 0; c < 4; ++c) sum.lane[i] += line.byte[4 * i + c] * x.byte[c];
  }
  return sum;
}

inline Int8Line LowFourBits(Int8Line line) {
  for (uint8_t& byte : line.byte) byte &= 15;
  return line;
}
inline Int8Line HighFourBits(Int8Line line) {
  for (uint8_t& byte : line.byte) byte = static_cast<uint8_t>(byte >> 4);
  return line;
}
inline F32x16 LoadInt4Scales(const std::byte* head) {
  uint32_t words[16];
  std::memcpy(words, head, sizeof(words));
  return EachLane([&](int i) { return Int4Scale(words[i]); });
}
inline I32x16 LoadFactors(const std::byte* head, int64_t group) {
  uint32_t words[16];
  std::memcpy(words, head, sizeof(words));
  I32x16 factors;
  for (int i = 0; i < 16; ++i) factors.lane[i] = Int4Factor(words[i], group);
  return factors;
}
inline I32x16 MulAddShort(const I32x16& a, const I32x16& b, I32x16 c) {
  for (int i = 0; i < 16; ++i) c.lane[i] += a.lane[i] * b.lane[i];
  return c;
}

inline void StoreScaled(const Int8Line& four_bits, const I32x16& factors, std::byte* line) {
  for (int i = 0; i < 64; ++i) {
    line[i] = static_cast<std::byte>((four_bits.byte[i] - 8) * factors.lane[i / 4] + 128);
  }
}
inline F32x16 LoadEvenBf16(const std::byte* line) {
  uint32_t words[16];
  std::memcpy(words, line, sizeof(words));
  return EachLane([&](int i) { return FloatOfBits(words[i] << 16); });
}
inline F32x16 LoadOddBf16(const std::byte* line) {
  uint32_t words[16];
  std::memcpy(words, line, sizeof(words));
  return EachLane([&](int i) { return FloatOfBits(words[i] & 0xffff0000u); });
}

}  // namespace
}  // namespace lemma::kernels
