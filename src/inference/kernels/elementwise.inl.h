// The operations on one token's activations, for every instruction set: include after a simd_*.h.
// They move some 10 KB from cache to cache beside megabytes of weights: written to be read.
#pragma once

#include "inference/kernels/float16.h"
#include "inference/kernels/kernels.h"

namespace lemma::kernels {
namespace {

// 2^x, to 2 units in the last place: 2^round(x) times the Taylor series of 2^f on [-1/2, 1/2],
// whose first term left out is 5e-9. 0 below -127, 2^127 above; a NaN stays one.
inline F32x16 Exp2(F32x16 x) {
  x = Min(Set(127), Max(Set(-127), x));
  const F32x16 n = Round(x);
  const F32x16 f = Sub(x, n);
  F32x16 power = Set(1.52527338e-5f);  // ln(2)^7 / 7!
  power = MulAdd(power, f, Set(1.54035304e-4f));
  power = MulAdd(power, f, Set(1.33335581e-3f));
  power = MulAdd(power, f, Set(9.61812911e-3f));
  power = MulAdd(power, f, Set(5.55041087e-2f));
  power = MulAdd(power, f, Set(2.40226507e-1f));
  power = MulAdd(power, f, Set(6.93147181e-1f));
  power = MulAdd(power, f, Set(1.0f));
  return Mul(power, PowerOfTwo(n));
}

inline constexpr float kLog2E = 1.44269504f;

inline constexpr int64_t kGroupVectors = kGroupColumns / 16;

// Of lanes kDistance apart the sum in the first and the difference in the second.
template <int kDistance, int kVectors>
inline void AddSwapped(F32x16 (&values)[kVectors]) {
  float signs[16];
  for (int i = 0; i < 16; ++i) signs[i] = (i & kDistance) == 0 ? 1.0f : -1.0f;
  for (F32x16& v : values) v = MulAdd(v, Load(signs), SwapLanes<kDistance>(v));
}

// Rotate of hadamard.h, to the bit.
template <int kVectors>
inline void Rotate(F32x16 (&values)[kVectors]) {
  AddSwapped<1>(values);
  AddSwapped<2>(values);
  AddSwapped<4>(values);
  AddSwapped<8>(values);
  for (int distance = 1; distance < kVectors; distance *= 2) {
    for (int i = 0; i < kVectors; ++i) {
      if ((i & distance) != 0) continue;
      const F32x16 a = values[i], b = values[i + distance];
      values[i] = Add(a, b);
      values[i + distance] = Sub(a, b);
    }
  }
}

template <int kVectors>
inline void RotateHead(float* x) {
  F32x16 values[kVectors];
  for (int i = 0; i < kVectors; ++i) values[i] = Load(x + i * 16);
  Rotate(values);
  for (int i = 0; i < kVectors; ++i) Store(x + i * 16, values[i]);
}

void RotateHeads(float* x, int64_t n_heads, int64_t head_dim) {
  for (int64_t head = 0; head < n_heads; ++head) {
    head_dim == 64 ? RotateHead<4>(x + head * 64) : RotateHead<8>(x + head * 128);
  }
}

// A group of activations, or as much of it as there is, rotated already.
template <int kVectors>
inline void QuantizeGroup(const F32x16 (&values)[kVectors], const PreparedInt8& row,
                          int64_t group) {
  F32x16 highest = Set(0), not_finite = Set(0);
  for (const F32x16 v : values) {
    highest = Max(highest, Max(v, Sub(Set(0), v)));
    not_finite = MulAdd(v, Set(0), not_finite);  // NaN where v is or is infinite, else 0
  }
  const float maximum = ReduceMax(highest);
  const F32x16 inverse = Set(maximum > 0 ? 127.0f / maximum : 0.0f);
  int8_t* q = row.q + group * kGroupColumns;
  int32_t total = 0;
  constexpr int kPartVectors = kInt4PartColumns / 16;
  for (int part = 0; part < kVectors / kPartVectors; ++part) {
    F32x16 sum = Set(0);  // of integers below 2^24: exact
    for (int i = part * kPartVectors; i < (part + 1) * kPartVectors; ++i) {
      const F32x16 rounded = Round(Mul(values[i], inverse));
      StoreInt8(q + i * 16, rounded);
      sum = Add(sum, rounded);
    }
    const float part_total = ReduceAdd(sum);
    const int32_t of_part = part_total == part_total ? static_cast<int32_t>(part_total) : 0;
    row.int4_offsets[group * kInt4Parts + part] = -8 * of_part;
    total += of_part;
  }
  row.int8_offsets[group] = -128 * total;
  // What is not finite makes the products of the group NaN.
  row.scales[group] = maximum / 127.0f + ReduceAdd(not_finite);
}

void PrepareInt8(const float* x, int64_t cols, std::byte* prepared) {
  const int64_t n_groups = PreparedInt8Groups(cols);
  const PreparedInt8 row = PreparedInt8Parts(prepared, n_groups);
  for (int64_t group = 0; group < n_groups; ++group) {
    F32x16 values[kGroupVectors];
    for (int i = 0; i < kGroupVectors; ++i) {
      const int64_t column = group * kGroupColumns + i * 16;
      values[i] = LoadN(x + column, cols - column);
    }
    Rotate(values);
    QuantizeGroup(values, row, group);
  }
}

void Prepare(ActivationFormat format, const float* x, int64_t cols, std::byte* prepared) {
  if (format == ActivationFormat::kInt8) return PrepareInt8(x, cols, prepared);
  const int64_t row_bytes = PreparedRowBytes(format, cols);
  if (format == ActivationFormat::kF32) {
    float* out = reinterpret_cast<float*>(prepared);
    for (int64_t i = 0; i < row_bytes / 4; i += 16) Store(out + i, LoadN(x + i, cols - i));
  } else {
    uint16_t* out = reinterpret_cast<uint16_t*>(prepared);
    for (int64_t i = 0; i < row_bytes / 2; i += 16) StoreBf16(out + i, LoadN(x + i, cols - i));
  }
}

void RmsNorm(const float* x, const float* weight, int64_t n, float eps, float* out) {
  F32x16 squares = Set(0);
  for (int64_t i = 0; i < n; i += 16) {
    const F32x16 v = LoadN(x + i, n - i);
    squares = MulAdd(v, v, squares);
  }
  const float mean = ReduceAdd(squares) / static_cast<float>(n);
  const F32x16 scale = Set(1.0f / __builtin_sqrtf(mean + eps));
  for (int64_t i = 0; i < n; i += 16) {
    StoreN(out + i, Mul(Mul(LoadN(x + i, n - i), scale), LoadN(weight + i, n - i)), n - i);
  }
}

void Rope(float* x, int64_t n_heads, int64_t head_dim, const float* cos, const float* sin) {
  const int64_t half = head_dim / 2;
  for (int64_t head = 0; head < n_heads; ++head) {
    float* low = x + head * head_dim;
    float* high = low + half;
    for (int64_t i = 0; i < half; i += 16) {
      const int64_t n = half - i;
      const F32x16 c = LoadN(cos + i, n), s = LoadN(sin + i, n);
      const F32x16 a = LoadN(low + i, n), b = LoadN(high + i, n);
      StoreN(low + i, Sub(Mul(a, c), Mul(b, s)), n);
      StoreN(high + i, Add(Mul(b, c), Mul(a, s)), n);
    }
  }
}

void SiluMul(const float* gate, const float* up, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += 16) {
    const F32x16 g = LoadN(gate + i, n - i);
    const F32x16 silu = Div(g, Add(Set(1), Exp2(Mul(g, Set(-kLog2E)))));
    StoreN(out + i, Mul(silu, LoadN(up + i, n - i)), n - i);
  }
}

float Sum(const float* data, int64_t n) {
  constexpr int64_t kStreams = 4;  // as Multiply at one token
  const int64_t stride = n / kStreams / 16 * 16;
  F32x16 sums[kStreams] = {Set(0), Set(0), Set(0), Set(0)};
  for (int64_t i = 0; i < stride; i += 16) {
    for (int64_t s = 0; s < kStreams; ++s) sums[s] = Add(sums[s], Load(data + s * stride + i));
  }
  for (int64_t i = stride * kStreams; i < n; i += 16) {
    sums[0] = Add(sums[0], LoadN(data + i, n - i));
  }
  return ReduceAdd(Add(Add(sums[0], sums[1]), Add(sums[2], sums[3])));
}

}  // namespace
}  // namespace lemma::kernels
