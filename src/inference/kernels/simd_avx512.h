// Sixteen floats as one AVX-512 register: the vector that the operations in *.inl.h are written
// with, once for all instruction sets. simd_avx2.h and simd_scalar.h offer the same names, with the
// same order of additions in ReduceAdd, so that instruction sets differ in rounding alone.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "inference/kernels/panel.h"

namespace lemma::kernels {
namespace {

// What a matrix product keeps in registers (matmul.inl.h): 24 sums of the 32 registers, the rest
// for weights and activations. 24 chains hide the latency of the multipliers; at 12 tokens by 2
// panels they need 7 loads for 12 multiplications, which the two load units keep up with.
inline constexpr int kTileSums = 24;
inline constexpr int kTileTokens = 12;
// Of int8, at a time and ahead (product.inl.h). Measured: on processors with AMX, which are
// Intel's, and on AMD's Zen 4, whose cores have room for 24 lines on their way.
#if defined(__AMX_INT8__)
inline constexpr int64_t kFetchLines = 32;
inline constexpr int64_t kFetchAhead = 2048;
#else
inline constexpr int64_t kFetchLines = 4;
inline constexpr int64_t kFetchAhead = 256;
#endif

using F32x16 = __m512;

inline __mmask16 FirstLanesMask(int64_t n) {
  return static_cast<__mmask16>(n >= 16 ? 0xffff : (1u << (n > 0 ? n : 0)) - 1);
}

inline F32x16 Set(float x) { return _mm512_set1_ps(x); }
inline F32x16 Load(const float* p) { return _mm512_loadu_ps(p); }
inline void Store(float* p, F32x16 a) { _mm512_storeu_ps(p, a); }

// The first n lanes, all of them for n >= 16, none for n <= 0; nothing beyond them is read (the
// lanes are 0) or written.
inline F32x16 LoadN(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(FirstLanesMask(n), p);
}
inline void StoreN(float* p, F32x16 a, int64_t n) {
  _mm512_mask_storeu_ps(p, FirstLanesMask(n), a);
}

// To the nearest bf16, ties to even; a NaN stays one. In integers, as the instruction for it would
// flush subnormals.
inline void StoreBf16(uint16_t* p, F32x16 a) {
  const __m512i bits = _mm512_castps_si512(a);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, odd), _mm512_set1_epi32(0x7fff));
  const __mmask16 is_nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
  const __m512i bf16 = _mm512_mask_mov_epi32(rounded, is_nan, _mm512_set1_epi32(0x7fc00000));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtepi32_epi16(_mm512_srli_epi32(bf16, 16)));
}

inline F32x16 Add(F32x16 a, F32x16 b) { return _mm512_add_ps(a, b); }
inline F32x16 Sub(F32x16 a, F32x16 b) { return _mm512_sub_ps(a, b); }
inline F32x16 Mul(F32x16 a, F32x16 b) { return _mm512_mul_ps(a, b); }
inline F32x16 Div(F32x16 a, F32x16 b) { return _mm512_div_ps(a, b); }
// a * b + c, rounded once where the instruction set has it.
inline F32x16 MulAdd(F32x16 a, F32x16 b, F32x16 c) { return _mm512_fmadd_ps(a, b, c); }
// b where either is NaN.
inline F32x16 Max(F32x16 a, F32x16 b) { return _mm512_max_ps(a, b); }
inline F32x16 Min(F32x16 a, F32x16 b) { return _mm512_min_ps(a, b); }
// a where it is above `floor`, else 0.
inline F32x16 KeepAbove(F32x16 a, F32x16 floor) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, floor, _CMP_GT_OQ), a);
}
// To the nearest integer, ties to even.
inline F32x16 Round(F32x16 a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// 2^n for integers n in [-127, 127]; 0 for -127. Anything for NaN.
inline F32x16 PowerOfTwo(F32x16 n) {
  const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
  return _mm512_castsi512_ps(_mm512_slli_epi32(biased, 23));
}
// The first n lanes of a, `rest` in the others.
inline F32x16 FirstLanes(F32x16 a, int64_t n, float rest) {
  return _mm512_mask_mov_ps(_mm512_set1_ps(rest), FirstLanesMask(n), a);
}

// Lane i with lane i ^ kDistance in its place; 1, 2, 4 or 8.
template <int kDistance>
inline F32x16 SwapLanes(F32x16 a) {
  if constexpr (kDistance == 1) return _mm512_permute_ps(a, 0xb1);
  if constexpr (kDistance == 2) return _mm512_permute_ps(a, 0x4e);
  if constexpr (kDistance == 4) return _mm512_shuffle_f32x4(a, a, 0xb1);
  if constexpr (kDistance == 8) return _mm512_shuffle_f32x4(a, a, 0x4e);
}

inline float FirstLane(F32x16 a) { return _mm512_cvtss_f32(a); }
// Lane i + lane i + 8, then + 4, + 2, + 1.
inline float ReduceAdd(F32x16 a) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
inline float ReduceMax(F32x16 a) { return _mm512_reduce_max_ps(a); }

// Sixteen 32-bit integers.
using I32x16 = __m512i;

inline I32x16 SetInts(int32_t n) { return _mm512_set1_epi32(n); }
inline I32x16 AddInts(I32x16 a, I32x16 b) { return _mm512_add_epi32(a, b); }
inline F32x16 ToFloats(I32x16 a) { return _mm512_cvtepi32_ps(a); }
// To the nearest of -128 .. 127; anything for NaN.
inline void StoreInt8(int8_t* p, F32x16 a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(a)));
}

// Four activations, for all lanes: ready to multiply with a line of int8 weights.
#if defined(__AVX512VNNI__)
using Int8Quad = __m512i;
inline Int8Quad LoadQuad(const int8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  return _mm512_set1_epi32(quad);
}
// sum + w0*x0 + w1*x1 + w2*x2 + w3*x3 in each lane; w has no sign.
inline I32x16 Dot(I32x16 sum, __m512i line, Int8Quad x) {
  return _mm512_dpbusd_epi32(sum, line, x);
}
#else
// The instruction for pairs of bytes would saturate: pairs of 16 bits, the even and odd columns.
struct Int8Quad {
  __m512i even, odd;
};
inline Int8Quad LoadQuad(const int8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  const __m512i all = _mm512_set1_epi32(quad);
  return {_mm512_srai_epi16(_mm512_slli_epi16(all, 8), 8), _mm512_srai_epi16(all, 8)};
}
inline I32x16 Dot(I32x16 sum, __m512i line, const Int8Quad& x) {
  const __m512i even = _mm512_and_si512(line, _mm512_set1_epi16(0xff));
  const __m512i odd = _mm512_srli_epi16(line, 8);
  return _mm512_add_epi32(
      sum, _mm512_add_epi32(_mm512_madd_epi16(even, x.even), _mm512_madd_epi16(odd, x.odd)));
}
#endif
inline __m512i LoadInt8Line(const std::byte* line) { return _mm512_load_si512(line); }

inline __m512i LowFourBits(__m512i line) { return _mm512_and_si512(line, _mm512_set1_epi8(15)); }
inline __m512i HighFourBits(__m512i line) { return LowFourBits(_mm512_srli_epi16(line, 4)); }
inline F32x16 LoadInt4Scales(const std::byte* head) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_and_si512(_mm512_load_si512(head), SetInts(0xfff)), 19));
}
// The factors of a group in the low half of each lane.
inline I32x16 LoadFactors(const std::byte* head, int64_t group) {
  const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(15 - 5 * group));
  const __m512i top = _mm512_sll_epi32(_mm512_load_si512(head), shift);
  return _mm512_and_si512(_mm512_srai_epi32(top, 27), SetInts(0xffff));
}
// a * b + c for a that fits in 16 bits; of b the low half counts.
inline I32x16 MulAddShort(I32x16 a, I32x16 b, I32x16 c) {
#if defined(__AVX512VNNI__)
  return _mm512_dpwssd_epi32(c, a, b);
#else
  return _mm512_add_epi32(c, _mm512_madd_epi16(a, b));
#endif
}

// Bytes (q - 8) * factor + 128 of a line's four bits and their rows' factors, as q * factor and the
// low bits of the rest. An odd column's bits are the high byte of 16: so are its product's.
inline void StoreScaled(__m512i four_bits, __m512i factors, std::byte* line) {
  const __m512i low_byte = _mm512_set1_epi16(0xff);
  const __m512i both = _mm512_or_si512(factors, _mm512_slli_epi32(factors, 16));
  const __m512i rest = _mm512_sub_epi16(_mm512_set1_epi16(128), _mm512_slli_epi16(both, 3));
  const __m512i rests =
      _mm512_or_si512(_mm512_and_si512(rest, low_byte), _mm512_slli_epi16(rest, 8));
  const __m512i even = _mm512_mullo_epi16(four_bits, both);
  const __m512i odd = _mm512_mullo_epi16(_mm512_andnot_si512(low_byte, four_bits), both);
  const __m512i products = _mm512_or_si512(_mm512_and_si512(even, low_byte), odd);
  _mm512_store_si512(line, _mm512_add_epi8(products, rests));
}

// The even and the odd columns of a line of bf16 (panel.h), as floats.
inline F32x16 LoadEvenBf16(const std::byte* line) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_load_si512(line), 16));
}
inline F32x16 LoadOddBf16(const std::byte* line) {
  return _mm512_castsi512_ps(
      _mm512_and_si512(_mm512_load_si512(line), _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

}  // namespace
}  // namespace lemma::kernels
