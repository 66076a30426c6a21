// Sixteen floats as two AVX2 registers. simd_avx512.h says what the operations are.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "inference/kernels/panel.h"

namespace lemma::kernels {
namespace {

// 16 registers: 4 sums are 8 of them; 4 for weights (even and odd columns), 2 for activations.
inline constexpr int kTileSums = 4;
inline constexpr int kTileTokens = 4;
// Lines of int8 in each panel that are fetched at a time (product.inl.h). Two of four panels are a
// third of the misses that a Zen 3 core has room for; with 32 it stood still and read 25 % less.
inline constexpr int64_t kFetchLines = 2;
inline constexpr int64_t kFetchAhead = 2048;

struct F32x16 {
  __m256 lo, hi;  // lanes 0-7, 8-15
};

inline __m256i FirstLanesMask(int64_t n) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index);
}

inline F32x16 Set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
inline F32x16 Load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline F32x16 LoadN(const float* p, int64_t n) {
  return {_mm256_maskload_ps(p, FirstLanesMask(n)),
          _mm256_maskload_ps(p + 8, FirstLanesMask(n - 8))};
}
inline void Store(float* p, F32x16 a) {
  _mm256_storeu_ps(p, a.lo);
  _mm256_storeu_ps(p + 8, a.hi);
}
inline void StoreN(float* p, F32x16 a, int64_t n) {
  _mm256_maskstore_ps(p, FirstLanesMask(n), a.lo);
  _mm256_maskstore_ps(p + 8, FirstLanesMask(n - 8), a.hi);
}

// Round to nearest even in integers; a NaN becomes the quiet one. The result is in the low halves.
inline __m256i RoundToBf16(__m256 a) {
  const __m256i bits = _mm256_castps_si256(a);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, odd), _mm256_set1_epi32(0x7fff));
  const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7fc00000), is_nan), 16);
}
inline void StoreBf16(uint16_t* p, F32x16 a) {
  // The pack works within 128-bit halves; the permutation puts the quarters in order.
  const __m256i packed = _mm256_packus_epi32(RoundToBf16(a.lo), RoundToBf16(a.hi));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(packed, 0xd8));
}

inline F32x16 Add(F32x16 a, F32x16 b) {
  return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
}
inline F32x16 Sub(F32x16 a, F32x16 b) {
  return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)};
}
inline F32x16 Mul(F32x16 a, F32x16 b) {
  return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
}
inline F32x16 Div(F32x16 a, F32x16 b) {
  return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)};
}
inline F32x16 MulAdd(F32x16 a, F32x16 b, F32x16 c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
inline F32x16 Max(F32x16 a, F32x16 b) {
  return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}
inline F32x16 Min(F32x16 a, F32x16 b) {
  return {_mm256_min_ps(a.lo, b.lo), _mm256_min_ps(a.hi, b.hi)};
}
inline F32x16 KeepAbove(F32x16 a, F32x16 floor) {
  return {_mm256_and_ps(a.lo, _mm256_cmp_ps(a.lo, floor.lo, _CMP_GT_OQ)),
          _mm256_and_ps(a.hi, _mm256_cmp_ps(a.hi, floor.hi, _CMP_GT_OQ))};
}
inline F32x16 Round(F32x16 a) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.lo, kNearest), _mm256_round_ps(a.hi, kNearest)};
}
inline __m256 PowerOfTwo(__m256 n) {
  const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23));
}
inline F32x16 PowerOfTwo(F32x16 n) { return {PowerOfTwo(n.lo), PowerOfTwo(n.hi)}; }
inline F32x16 FirstLanes(F32x16 a, int64_t n, float rest) {
  const __m256 other = _mm256_set1_ps(rest);
  return {_mm256_blendv_ps(other, a.lo, _mm256_castsi256_ps(FirstLanesMask(n))),
          _mm256_blendv_ps(other, a.hi, _mm256_castsi256_ps(FirstLanesMask(n - 8)))};
}

template <int kDistance>
inline F32x16 SwapLanes(F32x16 a) {
  const auto each = [&](auto swap) { return F32x16{swap(a.lo), swap(a.hi)}; };
  if constexpr (kDistance == 1) return each([](__m256 h) { return _mm256_permute_ps(h, 0xb1); });
  if constexpr (kDistance == 2) return each([](__m256 h) { return _mm256_permute_ps(h, 0x4e); });
  if constexpr (kDistance == 4) {
    return each([](__m256 h) { return _mm256_permute2f128_ps(h, h, 1); });
  }
  if constexpr (kDistance == 8) return {a.hi, a.lo};
}

inline float FirstLane(F32x16 a) { return _mm256_cvtss_f32(a.lo); }
inline float ReduceAdd(F32x16 a) {
  const __m256 eight = _mm256_add_ps(a.lo, a.hi);
  __m128 x = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
inline float ReduceMax(F32x16 a) {
  const __m256 eight = _mm256_max_ps(a.lo, a.hi);
  __m128 x = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}

struct I32x16 {
  __m256i lo, hi;
};

inline I32x16 SetInts(int32_t n) { return {_mm256_set1_epi32(n), _mm256_set1_epi32(n)}; }
inline F32x16 ToFloats(I32x16 a) { return {_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)}; }
inline void StoreInt8(int8_t* p, F32x16 a) {
  const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(a.lo), _mm256_cvtps_epi32(a.hi));
  const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
  _mm_storeu_si128(
      reinterpret_cast<__m128i*>(p),
      _mm_packs_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1)));
}

#if defined(__AVXVNNI__)
using Int8Quad = __m256i;
inline Int8Quad LoadQuad(const int8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  return _mm256_set1_epi32(quad);
}
inline __m256i Dot(__m256i sum, __m256i half, Int8Quad x) {
  return _mm256_dpbusd_avx_epi32(sum, half, x);
}
#else
struct Int8Quad {
  __m256i even, odd;
};
inline Int8Quad LoadQuad(const int8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  const __m256i all = _mm256_set1_epi32(quad);
  return {_mm256_srai_epi16(_mm256_slli_epi16(all, 8), 8), _mm256_srai_epi16(all, 8)};
}
inline __m256i Dot(__m256i sum, __m256i half, const Int8Quad& x) {
  const __m256i even = _mm256_and_si256(half, _mm256_set1_epi16(0xff));
  const __m256i odd = _mm256_srli_epi16(half, 8);
  return _mm256_add_epi32(
      sum, _mm256_add_epi32(_mm256_madd_epi16(even, x.even), _mm256_madd_epi16(odd, x.odd)));
}
#endif
inline I32x16 Dot(I32x16 sum, I32x16 line, const Int8Quad& x) {
  return {Dot(sum.lo, line.lo, x), Dot(sum.hi, line.hi, x)};
}

inline __m256i LoadHalfLine(const std::byte* half) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(half));
}
inline I32x16 LoadInt8Line(const std::byte* line) {
  return {LoadHalfLine(line), LoadHalfLine(line + 32)};
}
inline I32x16 LowFourBits(I32x16 line) {
  const __m256i mask = _mm256_set1_epi8(15);
  return {_mm256_and_si256(line.lo, mask), _mm256_and_si256(line.hi, mask)};
}
inline I32x16 HighFourBits(I32x16 line) {
  return LowFourBits({_mm256_srli_epi16(line.lo, 4), _mm256_srli_epi16(line.hi, 4)});
}
inline F32x16 LoadInt4Scales(const std::byte* head) {
  const __m256i mask = _mm256_set1_epi32(0xfff);
  return {
      _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_and_si256(LoadHalfLine(head), mask), 19)),
      _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_and_si256(LoadHalfLine(head + 32), mask), 19))};
}
inline __m256i Factors(__m256i head, int64_t group) {
  const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(15 - 5 * group));
  const __m256i top = _mm256_sll_epi32(head, shift);
  return _mm256_and_si256(_mm256_srai_epi32(top, 27), _mm256_set1_epi32(0xffff));
}
inline I32x16 LoadFactors(const std::byte* head, int64_t group) {
  return {Factors(LoadHalfLine(head), group), Factors(LoadHalfLine(head + 32), group)};
}
inline I32x16 MulAddShort(I32x16 a, I32x16 b, I32x16 c) {
  return {_mm256_add_epi32(c.lo, _mm256_madd_epi16(a.lo, b.lo)),
          _mm256_add_epi32(c.hi, _mm256_madd_epi16(a.hi, b.hi))};
}
#if !defined(__AVXVNNI__)
// A part of int4 is summed in 16 bits, half of each lane's columns in either half: two operations
// for 32 products, not the six of int8. Neither the offset (8 * 32 * 127), nor a pair of products
// (2 * 15 * 127), nor, with half of the offset, a sum (at most 15 * 16 * 127) leaves 16 bits.
#define LEMMA_INT4_IN_SHORTS
using Int4Quad = __m256i;
inline Int4Quad LoadInt4Quad(const int8_t* x) {
  int32_t quad;
  std::memcpy(&quad, x, sizeof(quad));
  return _mm256_set1_epi32(quad);
}
inline I32x16 BeginPart(int32_t offset) {
  const __m256i half = _mm256_srai_epi16(_mm256_set1_epi16(static_cast<int16_t>(offset)), 1);
  return {half, half};
}
inline I32x16 DotPart(I32x16 sum, I32x16 four_bits, Int4Quad x) {
  return {_mm256_add_epi16(sum.lo, _mm256_maddubs_epi16(four_bits.lo, x)),
          _mm256_add_epi16(sum.hi, _mm256_maddubs_epi16(four_bits.hi, x))};
}
inline I32x16 AddPart(I32x16 part, I32x16 factors, I32x16 total) {
  const I32x16 both = {_mm256_or_si256(factors.lo, _mm256_slli_epi32(factors.lo, 16)),
                       _mm256_or_si256(factors.hi, _mm256_slli_epi32(factors.hi, 16))};
  return MulAddShort(part, both, total);
}
#endif
inline void StoreHalfLine(std::byte* half, __m256i bytes) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(half), bytes);
}
// As in simd_avx512.h.
inline __m256i ScaledBytes(__m256i four_bits, __m256i factors) {
  const __m256i low_byte = _mm256_set1_epi16(0xff);
  const __m256i both = _mm256_or_si256(factors, _mm256_slli_epi32(factors, 16));
  const __m256i rest = _mm256_sub_epi16(_mm256_set1_epi16(128), _mm256_slli_epi16(both, 3));
  const __m256i rests =
      _mm256_or_si256(_mm256_and_si256(rest, low_byte), _mm256_slli_epi16(rest, 8));
  const __m256i even = _mm256_mullo_epi16(four_bits, both);
  const __m256i odd = _mm256_mullo_epi16(_mm256_andnot_si256(low_byte, four_bits), both);
  const __m256i products = _mm256_or_si256(_mm256_and_si256(even, low_byte), odd);
  return _mm256_add_epi8(products, rests);
}
inline void StoreScaled(I32x16 four_bits, I32x16 factors, std::byte* line) {
  StoreHalfLine(line, ScaledBytes(four_bits.lo, factors.lo));
  StoreHalfLine(line + 32, ScaledBytes(four_bits.hi, factors.hi));
}
inline F32x16 LoadEvenBf16(const std::byte* line) {
  return {_mm256_castsi256_ps(_mm256_slli_epi32(LoadHalfLine(line), 16)),
          _mm256_castsi256_ps(_mm256_slli_epi32(LoadHalfLine(line + 32), 16))};
}
inline F32x16 LoadOddBf16(const std::byte* line) {
  const __m256i high = _mm256_set1_epi32(static_cast<int>(0xffff0000));
  return {_mm256_castsi256_ps(_mm256_and_si256(LoadHalfLine(line), high)),
          _mm256_castsi256_ps(_mm256_and_si256(LoadHalfLine(line + 32), high))};
}

}  // namespace
}  // namespace lemma::kernels
