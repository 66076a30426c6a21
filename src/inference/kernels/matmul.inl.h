// Matrix products over panels (panel.h), for every instruction set: include after a simd_*.h.
//
// Cost of one product [rows, cols] x [cols, n]: rows * cols * bytes(weight) read once and
// 2 * rows * cols * n operations. At n = 1 memory bounds it (bf16: 2 bytes a weight against 2
// operations); from about n = 16 on the multipliers do. A tile of some panels by some tokens,
// kTileSums sums in all, stays in registers over all columns. Tokens are the inner loop, so that
// the panels of a tile (2 x 287 KB at 8,960 columns of bf16) come from memory once and then from
// the L2 cache.
//
// Each output is one chain over the columns in ascending order, whatever the tile.
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
// factor in one more, so that floats come into it once a block.
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
inline constexpr int64_t kFetchAhead = 2048;
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

// The sums of a tile over all columns, from zeros.
template <typename Lines, int kPanels, int kTokens>
inline void SumTile(const Product<Lines>& product, const std::byte* panels,
                    const typename Lines::Activation* x, F32x16 (&sums)[kPanels][kTokens]) {
  constexpr int64_t kColumns = Lines::kColumns;
  for (int64_t line = 0; line < product.n_lines; ++line) {
    FetchAhead<kPanels>(panels, product.panel_bytes, line * kLineBytes, 1);
    typename Lines::Weights weights[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      weights[p] = Lines::LoadLine(panels + p * product.panel_bytes + line * kLineBytes);
    }
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      const auto* columns = x + t * product.x_stride + line * kColumns;
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
        sums[p][t] = Lines::Multiply(weights[p], columns, sums[p][t]);
      }
    }
  }
}

inline PreparedInt8 PartsOf(const int8_t* x, int64_t n_groups) {
  return PreparedInt8Parts(reinterpret_cast<std::byte*>(const_cast<int8_t*>(x)), n_groups);
}

// What a group's integers stand for, added to the sums.
template <int kPanels, int kTokens>
inline void AddScaled(const I32x16 (&dots)[kPanels][kTokens],
                      const F32x16 (&weight_scales)[kPanels], const float (&scales)[kTokens],
                      F32x16 (&sums)[kPanels][kTokens]) {
  LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      const F32x16 scale = Mul(weight_scales[p], Set(scales[t]));
      sums[p][t] = MulAdd(ToFloats(dots[p][t]), scale, sums[p][t]);
    }
  }
}

// The compiler forgets where a pointer came from, and so does not make it again from others.
template <typename T>
inline T* Hidden(T* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}

// Adds the products of int8 lines, n_lines in each panel. Three tokens share a pointer, which
// leaves no addition of addresses between the products: row, row + stride, row + 2 * stride.
template <int kPanels, int kTokens>
[[gnu::always_inline]] inline void DotInt8Lines(const std::byte* lines, int64_t panel_bytes,
                                                int64_t n_lines, const int8_t* columns,
                                                int64_t x_stride,
                                                I32x16 (&dots)[kPanels][kTokens]) {
  constexpr int kRows = (kTokens + 2) / 3;
  const int8_t* rows[kRows];
  LEMMA_UNROLL for (int i = 0; i < kRows; ++i) rows[i] = Hidden(columns + 3 * i * x_stride);
  LEMMA_UNROLL_LINES for (int64_t line = 0; line < n_lines; ++line) {
    decltype(LoadInt8Line(nullptr)) weights[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      weights[p] = LoadInt8Line(lines + p * panel_bytes + line * kLineBytes);
    }
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      const Int8Quad quad = LoadQuad(rows[t / 3] + t % 3 * x_stride + line * 4);
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = Dot(dots[p][t], weights[p], quad);
    }
  }
}

// A group of columns of some panels and tokens.
struct Int8Group {
  const std::byte* block;  // of the first panel: scales, then the lines of two groups
  int64_t half;            // which of the two
  int64_t panel_bytes;
  const int8_t* x;  // the first token's row
  int64_t x_stride;
  int64_t n_groups;  // of a row of x
  int64_t group;     // of them
};

// One group of a tile: the integers stay in registers, `sums` are in the L1 cache meanwhile.
template <int kPanels, int kTokens>
[[gnu::always_inline]] inline void SumInt8Group(const Int8Group& of,
                                                F32x16 (&sums)[kPanels][kTokens]) {
  I32x16 dots[kPanels][kTokens];
  float scales[kTokens];
  LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
    const PreparedInt8 row = PartsOf(of.x + t * of.x_stride, of.n_groups);
    scales[t] = row.scales[of.group];
    const I32x16 offset = SetInts(row.int8_offsets[of.group]);
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = offset;
  }
  DotInt8Lines(of.block + (1 + of.half * kInt8GroupLines) * kLineBytes, of.panel_bytes,
               kInt8GroupLines, of.x + of.group * kInt8GroupColumns, of.x_stride, dots);
  F32x16 weight_scales[kPanels];
  LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
    const std::byte* line = of.block + p * of.panel_bytes;
    weight_scales[p] = of.half == 0 ? LoadEvenBf16(line) : LoadOddBf16(line);
  }
  AddScaled(dots, weight_scales, scales, sums);
}

template <int kPanels, int kTokens>
inline void SumTile(const Product<Int8Lines>& product, const std::byte* panels, const int8_t* x,
                    F32x16 (&sums)[kPanels][kTokens]) {
  const int64_t n_groups = product.n_lines / kInt8GroupLines;
  for (int64_t group = 0; group < n_groups; ++group) {
    FetchAhead<kPanels>(panels, product.panel_bytes,
                        group / 2 * kInt8BlockBytes + group % 2 * kInt8GroupLines * kLineBytes,
                        kInt8GroupLines + 1 - group % 2);
    SumInt8Group({.block = panels + group / 2 * kInt8BlockBytes,
                  .half = group % 2,
                  .panel_bytes = product.panel_bytes,
                  .x = x,
                  .x_stride = product.x_stride,
                  .n_groups = n_groups,
                  .group = group},
                 sums);
  }
}

// The products of one group, without the factor: they fit in 16 bits (8 * 127 * 32).
template <int kPanels, int kTokens>
inline void DotInt4Group(const Product<Int4Lines>& product, const std::byte* lines,
                         const int8_t* columns, I32x16 (&dots)[kPanels][kTokens]) {
  for (int64_t line = 0; line < kInt4GroupLines; ++line) {
    decltype(LoadInt8Line(nullptr)) low[kPanels], high[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      const auto both = LoadInt8Line(lines + p * product.panel_bytes + line * kLineBytes);
      low[p] = LowFourBits(both);
      high[p] = HighFourBits(both);
    }
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      const int8_t* eight = columns + t * product.x_stride + line * 8;
      const Int8Quad first = LoadQuad(eight), second = LoadQuad(eight + 4);
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
        dots[p][t] = Dot(Dot(dots[p][t], low[p], first), high[p], second);
      }
    }
  }
}

template <int kPanels, int kTokens>
inline void SumTile(const Product<Int4Lines>& product, const std::byte* panels, const int8_t* x,
                    F32x16 (&sums)[kPanels][kTokens]) {
  const int64_t n_blocks = product.n_lines / (kInt4BlockGroups * kInt4GroupLines);
  const int64_t n_groups = DivideUp(n_blocks, 2) * 2;  // of the activations, in whole int8 blocks
  for (int64_t block = 0; block < n_blocks; ++block) {
    const std::byte* head = panels + block * kInt4BlockBytes;
    I32x16 totals[kPanels][kTokens];
    float scales[kTokens];
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      scales[t] = PartsOf(x + t * product.x_stride, n_groups).scales[block];
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) totals[p][t] = SetInts(0);
    }
    for (int64_t group = 0; group < kInt4BlockGroups; ++group) {
      FetchAhead<kPanels>(panels, product.panel_bytes,
                          block * kInt4BlockBytes + group * kInt4GroupLines * kLineBytes,
                          kInt4GroupLines + (group == 0 ? 1 : 0));
      I32x16 dots[kPanels][kTokens];
      LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
        const int32_t* offsets = PartsOf(x + t * product.x_stride, n_groups).int4_offsets;
        const I32x16 offset = SetInts(offsets[block * kInt4BlockGroups + group]);
        LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = offset;
      }
      DotInt4Group(product, head + (1 + group * kInt4GroupLines) * kLineBytes,
                   x + block * kInt4BlockColumns + group * kInt4GroupColumns, dots);
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
        const I32x16 factor = LoadFactors(head + p * product.panel_bytes, group);
        LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
          totals[p][t] = MulAddShort(dots[p][t], factor, totals[p][t]);
        }
      }
    }
    F32x16 weight_scales[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      weight_scales[p] = LoadInt4Scales(head + p * product.panel_bytes);
    }
    AddScaled(totals, weight_scales, scales, sums);
  }
}

// A finished sum of one panel and token, with what is added to it.
template <typename Lines>
inline void StoreSum(const Product<Lines>& product, int64_t panel, int64_t token, F32x16 sum) {
  const int64_t row = panel * kPanelRows;
  const int64_t n = product.n_rows - row;  // more than 16 is as good as 16
  sum = Add(sum, product.bias == nullptr ? Set(0) : LoadN(product.bias + row, n));
  float* out = product.out + token * product.out_stride + row;
  if (product.add) sum = Add(sum, LoadN(out, n));
  StoreN(out, sum, n);
}

template <typename Lines, int kPanels, int kTokens>
inline void StoreTile(const Product<Lines>& product, int64_t first_panel, int64_t first_token,
                      const F32x16 (&sums)[kPanels][kTokens]) {
  LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      StoreSum(product, first_panel + p, first_token + t, sums[p][t]);
    }
  }
}

template <typename Lines, int kPanels, int kTokens>
[[gnu::noinline]]  // so that each tile has the registers for itself
void MultiplyTile(const Product<Lines>& product, int64_t first_panel, int64_t first_token) {
  F32x16 sums[kPanels][kTokens];
  LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) sums[p][t] = Set(0);
  }
  SumTile(product, product.panels + first_panel * product.panel_bytes,
          product.x + first_token * product.x_stride, sums);
  StoreTile(product, first_panel, first_token, sums);
}

// The tile of exactly n_tokens <= kTokens.
template <typename Lines, int kPanels, int kTokens>
void MultiplyTokens(const Product<Lines>& product, int64_t panel, int64_t token, int64_t n_tokens) {
  if constexpr (kTokens > 1) {
    if (n_tokens < kTokens) {
      return MultiplyTokens<Lines, kPanels, kTokens - 1>(product, panel, token, n_tokens);
    }
  }
  MultiplyTile<Lines, kPanels, kTokens>(product, panel, token);
}

// All tokens, tile_tokens at a time, times n_panels <= kPanels.
template <typename Lines, int kPanels>
void MultiplyPanels(const Product<Lines>& product, int64_t panel, int64_t n_panels,
                    int64_t tile_tokens) {
  if constexpr (kPanels > 1) {
    if (n_panels < kPanels) {
      return MultiplyPanels<Lines, kPanels - 1>(product, panel, n_panels, tile_tokens);
    }
  }
  // At least 1, also where so many panels do not fit and are never asked for.
  constexpr int kFitting = kTileSums < kPanels ? 1 : kTileSums / kPanels;
  constexpr int kTokens = kFitting < kTileTokens ? kFitting : kTileTokens;
  for (int64_t token = 0; token < product.n_tokens; token += tile_tokens) {
    const int64_t n = product.n_tokens - token;
    MultiplyTokens<Lines, kPanels, kTokens>(product, panel, token,
                                            n < tile_tokens ? n : tile_tokens);
  }
}

template <typename Lines>
void Multiply(const Product<Lines>& product) {
  // Tiles of nearly equal size: 13 tokens are 7 and 6, not 12 and 1.
  const int64_t n_tiles = DivideUp(product.n_tokens, kTileTokens);
  const int64_t tile_tokens = DivideUp(product.n_tokens, n_tiles);
  const int64_t fitting = kTileSums / tile_tokens;
  const int64_t tile_panels = fitting < kTilePanelsMax ? fitting : kTilePanelsMax;
  for (int64_t panel = 0; panel < product.n_panels; panel += tile_panels) {
    const int64_t n = product.n_panels - panel;
    MultiplyPanels<Lines, kTilePanelsMax>(product, panel, n < tile_panels ? n : tile_panels,
                                          tile_tokens);
  }
}

}  // namespace
}  // namespace lemma::kernels
