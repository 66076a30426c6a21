// Products of int8 and int4 weights with more tokens than a tile has, and the choice among all
// products: include after a simd_*.h.
//
// One tile of tokens after the other meets a chunk of two panels: the chunk (33 KB of int8) stays
// in the L2 cache for all of them, and a tile's part of x (12 KB) in L1, whatever the number of
// columns. A chunk of int4 is made int8 first, once for all tiles: (q - 8) * factor fits in a byte,
// and the scale, 4 bits of mantissa, in bf16. So the integers and all float operations are those of
// the tiles of few tokens, and the results the same to the bit.
#pragma once

#include "inference/kernels/matmul.inl.h"

namespace lemma::kernels {
namespace {

inline constexpr int64_t kChunkGroups = 8;  // 1,024 columns
inline constexpr int64_t kChunkBytes = kChunkGroups / 2 * kInt8BlockBytes;
inline constexpr int kManyPanels = kTileSums / kTileTokens;
inline constexpr int64_t kBlockTiles = 22;  // whose sums, 33 KB, are on the stack
inline constexpr int64_t kBlockBytes = 1200 << 10;

// Some groups of some panels in int8.
struct Int8Chunk {
  const std::byte* panels;
  int64_t panel_bytes;
  int64_t first_group;
  int64_t n_groups;
};

template <typename Lines>
inline int64_t GroupsOf(const Product<Lines>& product) {
  return product.n_lines * Lines::kColumns / kInt8GroupColumns;
}

inline Int8Chunk ChunkOf(const Product<Int8Lines>& product, int64_t first_panel, int,
                         int64_t first_group, std::byte*) {
  const int64_t n_groups = GroupsOf(product) - first_group;
  return {product.panels + first_panel * product.panel_bytes + first_group / 2 * kInt8BlockBytes,
          product.panel_bytes, first_group, n_groups < kChunkGroups ? n_groups : kChunkGroups};
}

// One block of int4 as one group of int8.
inline void ExpandInt4Block(const std::byte* head, std::byte* block, int64_t half) {
  StoreScales(head, half, block);
  std::byte* lines = block + (1 + half * kInt8GroupLines) * kLineBytes;
  for (int64_t group = 0; group < kInt4BlockGroups; ++group) {
    const I32x16 factors = LoadFactors(head, group);
    for (int64_t i = group * kInt4GroupLines; i < (group + 1) * kInt4GroupLines; ++i) {
      const auto both = LoadInt8Line(head + (1 + i) * kLineBytes);
      StoreScaled(LowFourBits(both), factors, lines + 2 * i * kLineBytes);
      StoreScaled(HighFourBits(both), factors, lines + (2 * i + 1) * kLineBytes);
    }
  }
}

inline Int8Chunk ChunkOf(const Product<Int4Lines>& product, int64_t first_panel, int n_panels,
                         int64_t first_group, std::byte* room) {
  const int64_t n_left = GroupsOf(product) - first_group;
  const Int8Chunk chunk = {room, kChunkBytes, first_group,
                           n_left < kChunkGroups ? n_left : kChunkGroups};
  for (int p = 0; p < n_panels; ++p) {
    const std::byte* panel = product.panels + (first_panel + p) * product.panel_bytes;
    for (int64_t group = 0; group < chunk.n_groups; ++group) {
      ExpandInt4Block(panel + (first_group + group) * kInt4BlockBytes,
                      room + p * kChunkBytes + group / 2 * kInt8BlockBytes, group % 2);
    }
  }
  return chunk;
}

// Adds a chunk's part of a tile to its sums; at the last chunk the tile is done.
template <typename Lines, int kPanels, int kTokens>
[[gnu::noinline]]
void SumChunkOfTile(const Product<Lines>& product, const Int8Chunk& chunk, int64_t first_panel,
                    int64_t first_token, F32x16* room) {
  auto& sums = reinterpret_cast<F32x16(&)[kPanels][kTokens]>(*room);
  if (chunk.first_group == 0) {
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) sums[p][t] = Set(0);
    }
  }
  const bool is_last = chunk.first_group + chunk.n_groups == GroupsOf(product);
  if (is_last) {  // so that the stores at the end do not wait for memory
    for (int t = 0; t < kTokens; ++t) {
      float* out = product.out + (first_token + t) * product.out_stride + first_panel * kPanelRows;
      for (int p = 0; p < kPanels; ++p) __builtin_prefetch(out + p * kPanelRows, 1);
    }
  }
  const int64_t n_groups = DivideUp(GroupsOf(product), 2) * 2;  // x has whole blocks of int8
  for (int64_t group = 0; group < chunk.n_groups; ++group) {
    SumInt8Group({.block = chunk.panels + group / 2 * kInt8BlockBytes,
                  .half = group % 2,
                  .panel_bytes = chunk.panel_bytes,
                  .x = product.x + first_token * product.x_stride,
                  .x_stride = product.x_stride,
                  .n_groups = n_groups,
                  .group = chunk.first_group + group},
                 sums);
  }
  if (is_last) StoreTile(product, first_panel, first_token, sums);
}

template <typename Lines, int kPanels, int kTokens>
void SumChunk(const Product<Lines>& product, const Int8Chunk& chunk, int64_t panel, int64_t token,
              int64_t n_tokens, F32x16* room) {
  if constexpr (kTokens > 1) {
    if (n_tokens < kTokens) {
      return SumChunk<Lines, kPanels, kTokens - 1>(product, chunk, panel, token, n_tokens, room);
    }
  }
  SumChunkOfTile<Lines, kPanels, kTokens>(product, chunk, panel, token, room);
}

// The stored bytes of the chunk after this one: of the same panels, or the next ones' first.
struct NextChunk {
  const std::byte* panels;
  int64_t panel_bytes;
  int64_t bytes;  // in each panel
};

template <typename Lines>
inline NextChunk ChunkAfter(const Product<Lines>& product, int64_t panel, int n_panels,
                            int64_t group) {
  constexpr int64_t kGroupBytes =
      Lines::kFormat == WeightFormat::kInt4 ? kInt4BlockBytes : kInt8BlockBytes / 2;
  const bool is_last = group + kChunkGroups >= GroupsOf(product);
  const int64_t next_group = is_last ? 0 : group + kChunkGroups;
  const int64_t n_groups = GroupsOf(product) - next_group;
  return {product.panels + (is_last ? panel + n_panels : panel) * product.panel_bytes +
              next_group * kGroupBytes,
          product.panel_bytes, (n_groups < kChunkGroups ? n_groups : kChunkGroups) * kGroupBytes};
}

// Fetches the part of it that is one tile's share into the L2 cache, so that the first tile that
// needs it does not wait for memory.
inline void Prefetch(const NextChunk& next, int n_panels, int64_t tile, int64_t n_tiles) {
  const int64_t begin = next.bytes * tile / n_tiles, end = next.bytes * (tile + 1) / n_tiles;
  for (int p = 0; p < n_panels; ++p) {
    for (int64_t i = begin; i < end; i += kLineBytes) {
      __builtin_prefetch(next.panels + p * next.panel_bytes + i, 0, 2);
    }
  }
}

// The tokens [first, end) times kPanels panels.
template <typename Lines, int kPanels>
void MultiplyBlock(const Product<Lines>& product, int64_t panel, int64_t first, int64_t end) {
  F32x16 sums[kBlockTiles][kTileSums];
  alignas(kLineBytes)
      std::byte room[Lines::kFormat == WeightFormat::kInt4 ? kPanels * kChunkBytes : 1];
  // Tiles of nearly equal size: 13 tokens are 7 and 6, not 12 and 1.
  const int64_t n_tiles = DivideUp(end - first, kTileTokens);
  const int64_t tile_tokens = DivideUp(end - first, n_tiles);
  for (int64_t group = 0; group < GroupsOf(product); group += kChunkGroups) {
    const Int8Chunk chunk = ChunkOf(product, panel, kPanels, group, room);
    const NextChunk next = ChunkAfter(product, panel, kPanels, group);
    for (int64_t tile = 0; first + tile * tile_tokens < end; ++tile) {
      const int64_t token = first + tile * tile_tokens, n = end - token;
      SumChunk<Lines, kPanels, kTileTokens>(product, chunk, panel, token,
                                            n < tile_tokens ? n : tile_tokens, sums[tile]);
      Prefetch(next, kPanels, tile, n_tiles);
    }
  }
}

// Blocks of tokens whose rows of x stay in the L2 cache beside two panels.
template <typename Lines>
void MultiplyMany(const Product<Lines>& product) {
  const int64_t fitting = kBlockBytes / product.x_stride;
  const int64_t most = fitting < kTileTokens                 ? kTileTokens
                       : fitting < kBlockTiles * kTileTokens ? fitting
                                                             : kBlockTiles * kTileTokens;
  const int64_t block = DivideUp(product.n_tokens, DivideUp(product.n_tokens, most));
  for (int64_t first = 0; first < product.n_tokens; first += block) {
    const int64_t end = first + block < product.n_tokens ? first + block : product.n_tokens;
    int64_t panel = 0;
    for (; panel + kManyPanels <= product.n_panels; panel += kManyPanels) {
      MultiplyBlock<Lines, kManyPanels>(product, panel, first, end);
    }
    for (; panel < product.n_panels; ++panel) MultiplyBlock<Lines, 1>(product, panel, first, end);
  }
}

// Lines of a panel that hold columns.
inline int64_t LinesOf(WeightFormat format, int64_t cols) {
  const int64_t block = format == WeightFormat::kInt8   ? kInt8BlockColumns
                        : format == WeightFormat::kInt4 ? kInt4BlockColumns
                                                        : ColumnsPerLine(format);
  return DivideUp(cols, block) * (block / ColumnsPerLine(format));
}

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
  if constexpr (Lines::kActivations == ActivationFormat::kInt8) {
    if (product.n_tokens > kTileTokens) return MultiplyMany(product);
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
