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

#include "inference/kernels/sum_rounded.inl.h"

namespace lemma::kernels {
namespace {

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
