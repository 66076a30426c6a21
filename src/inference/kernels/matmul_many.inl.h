// Products of int8 and int4 weights with more tokens than a tile has, and the choice among all
// products: include after a simd_*.h.
//
// One tile of tokens after the other meets a chunk of two panels, which stays in the cache for all
// of them (33 KB of int8 in L2; with AMX 8 KB in L1), whatever the number of columns.
#pragma once

#if defined(__AMX_INT8__)
#include "inference/kernels/block_amx.inl.h"
#else
#include "inference/kernels/block_registers.inl.h"
#endif

namespace lemma::kernels {
namespace {

inline constexpr int64_t kBlockBytes = 1400 << 10;

// Blocks of tokens whose rows of x stay in the L2 cache beside two panels.
template <typename Lines>
void MultiplyMany(const Product<Lines>& product) {
  const int64_t fitting = kBlockBytes / product.x_stride / kBlockUnit * kBlockUnit;
  const int64_t most = fitting < kBlockUnit     ? kBlockUnit
                       : fitting < kBlockTokens ? fitting
                                                : kBlockTokens;
  const int64_t even = DivideUp(product.n_tokens, DivideUp(product.n_tokens, most));
  const int64_t block = DivideUp(even, kBlockUnit) * kBlockUnit;
  for (int64_t first = 0; first < product.n_tokens; first += block) {
    const int64_t end = first + block < product.n_tokens ? first + block : product.n_tokens;
    int64_t panel = 0;
    for (; panel + kManyPanels <= product.n_panels; panel += kManyPanels) {
      MultiplyBlock<Lines, kManyPanels>(product, panel, first, end);
    }
    for (; panel < product.n_panels; ++panel) MultiplyBlock<Lines, 1>(product, panel, first, end);
  }
  EndBlocks();
}

// Lines of a panel that hold columns.
inline int64_t LinesOf(WeightFormat format, int64_t cols) {
  const bool has_groups = format == WeightFormat::kInt8 || format == WeightFormat::kInt4;
  const int64_t unit = has_groups ? kGroupColumns : ColumnsPerLine(format);
  return DivideUp(cols, unit) * (unit / ColumnsPerLine(format));
}

// int4 is better multiplied as it is where that costs less than int8.
#if defined(LEMMA_INT4_IN_SHORTS)
template <typename Lines>
inline constexpr bool kHasBlocks = Lines::kFormat == WeightFormat::kInt8;
#else
template <typename Lines>
inline constexpr bool kHasBlocks = Lines::kActivations == ActivationFormat::kInt8;
#endif

template <typename Lines>
void MatmulOf(const MatmulArgs& args, int64_t row_begin, int64_t row_end) {
  using Activation = typename Lines::Activation;
  const int64_t panel_bytes = PanelBytes(Lines::kFormat, args.weights.cols);
  const Product<Lines> product = {
      .panels = args.weights.data + row_begin / kPanelRows * panel_bytes,
      .n_panels = DivideUp(row_end - row_begin, kPanelRows),
      .panel_bytes = panel_bytes,
      .n_lines = LinesOf(Lines::kFormat, args.weights.cols),
      .x = reinterpret_cast<const Activation*>(args.x),
      .n_tokens = args.n_tokens,
      .x_stride = PreparedRowBytes(Lines::kActivations, args.weights.cols) /
                  static_cast<int64_t>(sizeof(Activation)),
      .bias = args.bias == nullptr ? nullptr : args.bias + row_begin,
      .add = args.add,
      .out = args.out + row_begin,
      .out_stride = args.out_stride,
      .n_rows = row_end - row_begin};
  if constexpr (kHasBlocks<Lines>) {
    if (product.n_tokens >= kManyTokens) return MultiplyMany(product);
  }
  Multiply<Lines>(product);
}

void Matmul(const MatmulArgs& args, int64_t row_begin, int64_t row_end) {
  switch (args.weights.format) {
    case WeightFormat::kF32:
      return MatmulOf<F32Lines>(args, row_begin, row_end);
    case WeightFormat::kBf16:
      return MatmulOf<Bf16WeightLines>(args, row_begin, row_end);
    case WeightFormat::kInt8:
      return MatmulOf<Int8Lines>(args, row_begin, row_end);
    case WeightFormat::kInt4:
      return MatmulOf<Int4Lines>(args, row_begin, row_end);
  }
}

}  // namespace
}  // namespace lemma::kernels
