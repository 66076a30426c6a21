// The sums of a tile of int8 or int4: a group's products are exact in int32, then come its scales.
// Include after a simd_*.h.
//
// For a panel of 16 rows, a token and a group of 256 columns: 4 KB of int8 (2 KB of int4), 64
// VPDPBUSD of 64 products each (with AVX2 four operations instead), then 3 operations on floats. So
// one token waits for memory, and from some 8 on the multipliers are the bound.
#pragma once

#include "inference/kernels/product.inl.h"

namespace lemma::kernels {
namespace {

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
  const std::byte* weights;  // of the first panel: scales, then lines
  int64_t panel_bytes;
  const int8_t* x;  // the first token's row
  int64_t x_stride;
  int64_t n_groups;  // of a row of x
  int64_t group;     // of them
};

inline F32x16 LoadInt8Scales(const std::byte* line) {
  return Load(reinterpret_cast<const float*>(line));
}

// One group of a tile: the integers stay in registers, `sums` are in the L1 cache meanwhile.
// fetch(line) is called before every kStep lines, which it may fetch for later.
template <int64_t kStep, int kPanels, int kTokens, typename Fetch>
[[gnu::always_inline]] inline void SumInt8Group(const Int8Group& of, const Fetch& fetch,
                                                F32x16 (&sums)[kPanels][kTokens]) {
  I32x16 dots[kPanels][kTokens];
  float scales[kTokens];
  LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
    const PreparedInt8 row = PartsOf(of.x + t * of.x_stride, of.n_groups);
    scales[t] = row.scales[of.group];
    const I32x16 offset = SetInts(row.int8_offsets[of.group]);
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = offset;
  }
  for (int64_t line = 0; line < kInt8GroupLines; line += kStep) {
    fetch(line);
    DotInt8Lines(of.weights + (1 + line) * kLineBytes, of.panel_bytes, kStep,
                 of.x + of.group * kGroupColumns + 4 * line, of.x_stride, dots);
  }
  F32x16 weight_scales[kPanels];
  LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
    weight_scales[p] = LoadInt8Scales(of.weights + p * of.panel_bytes);
  }
  AddScaled(dots, weight_scales, scales, sums);
}

template <int kPanels, int kTokens>
inline void SumTile(const Product<Int8Lines>& product, const std::byte* panels, const int8_t* x,
                    F32x16 (&sums)[kPanels][kTokens]) {
  const int64_t n_groups = product.n_lines / kInt8GroupLines;
  for (int64_t group = 0; group < n_groups; ++group) {
    const int64_t at = group * kInt8GroupBytes;
    const auto fetch = [&](int64_t line) {
      FetchAhead<kPanels>(panels, product.panel_bytes, at + line * kLineBytes,
                          kFetchLines + (line == 0 ? 1 : 0));
    };
    SumInt8Group<kFetchLines>({.weights = panels + at,
                               .panel_bytes = product.panel_bytes,
                               .x = x,
                               .x_stride = product.x_stride,
                               .n_groups = n_groups,
                               .group = group},
                              fetch, sums);
  }
}

// How a part of a group of int4 is summed, where an instruction set has no way of its own: like
// int8.
#if !defined(LEMMA_INT4_IN_SHORTS)
using Int4Quad = Int8Quad;
inline Int4Quad LoadInt4Quad(const int8_t* x) { return LoadQuad(x); }
inline I32x16 BeginPart(int32_t offset) { return SetInts(offset); }
template <typename Line>
inline I32x16 DotPart(const I32x16& sum, const Line& four_bits, const Int4Quad& x) {
  return Dot(sum, four_bits, x);
}
inline I32x16 AddPart(const I32x16& part, const I32x16& factors, const I32x16& total) {
  return MulAddShort(part, factors, total);
}
#endif

// The products of one part of a group, without the factor: they fit in 16 bits (8 * 127 * 32).
template <int kPanels, int kTokens>
inline void DotInt4Part(const Product<Int4Lines>& product, const std::byte* lines,
                        const int8_t* columns, I32x16 (&dots)[kPanels][kTokens]) {
  for (int64_t line = 0; line < kInt4PartLines; ++line) {
    decltype(LoadInt8Line(nullptr)) low[kPanels], high[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      const auto both = LoadInt8Line(lines + p * product.panel_bytes + line * kLineBytes);
      low[p] = LowFourBits(both);
      high[p] = HighFourBits(both);
    }
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      const int8_t* eight = columns + t * product.x_stride + line * 8;
      const Int4Quad first = LoadInt4Quad(eight), second = LoadInt4Quad(eight + 4);
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
        dots[p][t] = DotPart(DotPart(dots[p][t], low[p], first), high[p], second);
      }
    }
  }
}

inline I32x16 LoadPartFactors(const std::byte* heads, int64_t part) {
  return LoadFactors(heads + part / kInt4HeadParts * kLineBytes, part % kInt4HeadParts);
}

template <int kPanels, int kTokens>
inline void SumTile(const Product<Int4Lines>& product, const std::byte* panels, const int8_t* x,
                    F32x16 (&sums)[kPanels][kTokens]) {
  const int64_t n_groups = product.n_lines / (kInt4Parts * kInt4PartLines);
  for (int64_t group = 0; group < n_groups; ++group) {
    const std::byte* heads = panels + group * kInt4GroupBytes;
    I32x16 totals[kPanels][kTokens];
    float scales[kTokens];
    LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
      scales[t] = PartsOf(x + t * product.x_stride, n_groups).scales[group];
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) totals[p][t] = SetInts(0);
    }
    LEMMA_UNROLL_LINES for (int64_t part = 0; part < kInt4Parts; ++part) {
      const int64_t line = part * kInt4PartLines + (part > 0 ? kInt4HeadLines : 0);
      FetchAhead<kPanels>(panels, product.panel_bytes, group * kInt4GroupBytes + line * kLineBytes,
                          kInt4PartLines + (part == 0 ? kInt4HeadLines : 0));
      I32x16 dots[kPanels][kTokens];
      LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
        const int32_t* offsets = PartsOf(x + t * product.x_stride, n_groups).int4_offsets;
        const I32x16 offset = BeginPart(offsets[group * kInt4Parts + part]);
        LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = offset;
      }
      DotInt4Part(product, heads + (kInt4HeadLines + part * kInt4PartLines) * kLineBytes,
                  x + group * kGroupColumns + part * kInt4PartColumns, dots);
      LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
        const I32x16 factor = LoadPartFactors(heads + p * product.panel_bytes, part);
        LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
          totals[p][t] = AddPart(dots[p][t], factor, totals[p][t]);
        }
      }
    }
    F32x16 weight_scales[kPanels];
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      weight_scales[p] = LoadInt4Scales(heads + p * product.panel_bytes);
    }
    AddScaled(totals, weight_scales, scales, sums);
  }
}

}  // namespace
}  // namespace lemma::kernels
