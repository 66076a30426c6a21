// What a matrix product is made of: lines of weights and how each is multiplied, the panels and
// tokens of a product, the fetching of what comes next. Include after a simd_*.h.
#pragma once

#include <cstring>

#include "inference/kernels/float16.h"
#include "inference/kernels/kernels.h"

// Loops over a tile must be unrolled for its sums to live in registers.
#if defined(__clang__)
#define LEMMA_UNROLL _Pragma("clang loop unroll(full)")
#define LEMMA_UNROLL_LINES _Pragma("clang loop unroll_count(4)")
#else
#define LEMMA_UNROLL _Pragma("GCC unroll 16")
#define LEMMA_UNROLL_LINES _Pragma("GCC unroll 4")
#endif

namespace lemma::kernels {
namespace {

// With few tokens memory is the bound: four panels are four streams for the prefetchers.
inline constexpr int64_t kTilePanelsMax = 4;

// What a line of a panel is multiplied with, and how. Weights: a line, ready to multiply.
struct F32Lines {
  static constexpr WeightFormat kFormat = WeightFormat::kF32;
  static constexpr int64_t kColumns = 1;  // in a line
  static constexpr ActivationFormat kActivations = ActivationFormat::kF32;
  using Activation = float;
  using Weights = F32x16;
  static Weights LoadLine(const std::byte* line) {
    return Load(reinterpret_cast<const float*>(line));
  }
  static F32x16 Multiply(const Weights& weights, const Activation* x, F32x16 sum) {
    return MulAdd(weights, Set(x[0]), sum);
  }
};

struct Bf16Lines {
  static constexpr WeightFormat kFormat = WeightFormat::kBf16;
  static constexpr int64_t kColumns = 2;
  static constexpr ActivationFormat kActivations = ActivationFormat::kF32;
  using Activation = float;
  struct Weights {
    F32x16 even, odd;
  };
  static Weights LoadLine(const std::byte* line) { return {LoadEvenBf16(line), LoadOddBf16(line)}; }
  static F32x16 Multiply(const Weights& weights, const Activation* x, F32x16 sum) {
    return MulAdd(weights.odd, Set(x[1]), MulAdd(weights.even, Set(x[0]), sum));
  }
};

#if defined(__AVX512BF16__)
// Both columns of a line in one instruction, activations in bf16.
struct Bf16DotLines {
  static constexpr WeightFormat kFormat = WeightFormat::kBf16;
  static constexpr int64_t kColumns = 2;
  static constexpr ActivationFormat kActivations = ActivationFormat::kBf16;
  using Activation = uint16_t;
  using Weights = __m512bh;
  static Weights LoadLine(const std::byte* line) {
    return reinterpret_cast<__m512bh>(_mm512_load_si512(line));
  }
  static F32x16 Multiply(const Weights& weights, const Activation* x, F32x16 sum) {
    int32_t pair;
    std::memcpy(&pair, x, sizeof(pair));
    return _mm512_dpbf16_ps(sum, weights, reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair)));
  }
};
using Bf16WeightLines = Bf16DotLines;
#else
using Bf16WeightLines = Bf16Lines;
#endif

// int8: a line times four columns is one instruction with VNNI. All products of a group are exact
// in int32; then the scales of weights and activations, three float operations beside 32
// products of a line.
struct Int8Lines {
  static constexpr WeightFormat kFormat = WeightFormat::kInt8;
  static constexpr int64_t kColumns = 4;
  static constexpr ActivationFormat kActivations = ActivationFormat::kInt8;
  using Activation = int8_t;
};

// int4: a line is two of int8 after two operations, and a group's integers are multiplied by its
// factor in one more, so that floats come into it once a group.
struct Int4Lines {
  static constexpr WeightFormat kFormat = WeightFormat::kInt4;
  static constexpr int64_t kColumns = 8;
  static constexpr ActivationFormat kActivations = ActivationFormat::kInt8;
  using Activation = int8_t;
};

// Some panels of a matrix, times some tokens. The panels may have more lines than are used.
template <typename Lines>
struct Product {
  const std::byte* panels;  // n_panels of them, panel_bytes apart
  int64_t n_panels;
  int64_t panel_bytes;
  int64_t n_lines;
  const typename Lines::Activation* x;  // n_tokens of them, x_stride elements apart
  int64_t n_tokens;
  int64_t x_stride;
  const float* bias;  // [n_rows] or nullptr
  bool add;
  float* out;  // [n_tokens, n_rows], tokens out_stride apart
  int64_t out_stride;
  int64_t n_rows;  // the last panel may have fewer than 16
};

// Fetches n_lines of each panel of a tile, from kFetchAhead bytes after `at`: at a panel's end the
// next tile's. The processor's own prefetcher ends with every page of 4 KB, and a tile of several
// tokens fills the window of instructions with few lines, which leaves the memory idle: int4 with 8
// tokens reads 1.9 times as fast with it.
template <int kPanels>
[[gnu::always_inline]] inline void FetchAhead(const std::byte* panels, int64_t panel_bytes,
                                              int64_t at, int64_t n_lines) {
  at += kFetchAhead;
  const std::byte* from = panels + at + (at < panel_bytes ? 0 : (kPanels - 1) * panel_bytes);
  for (int64_t line = 0; line < n_lines; ++line) {
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      __builtin_prefetch(from + p * panel_bytes + line * kLineBytes);
    }
  }
}

}  // namespace
}  // namespace lemma::kernels
