// A block of tokens times some panels of int8 or int4, in the tiles of AMX: include after
// simd_avx512.h.
//
// A tile of B is 16 lines of a panel (16 rows by 64 columns), a tile of A 64 columns of 16 tokens
// as they lie in memory, a tile of C their products, 16 tokens by 16 rows in int32. Two of A and
// two of B make four of C: 16 multiplications of 16 cycles a group. Then C goes through memory into
// the float sums, 4 operations a vector: 64 vectors, 128 cycles. So some 400 cycles would do for 32
// tokens by 32 rows by 256 columns, for which vectors need 2,048 of products alone. Measured: some
// 630 where all is in the L2 cache, as loads, products, stores and sums hardly overlap, however
// they are mixed; 840 and more where panels come from memory (docs/performance-log.md).
#pragma once

#include "inference/kernels/int8_chunk.inl.h"

namespace lemma::kernels {
namespace {

inline constexpr int64_t kManyTokens = 10;  // from which on it is faster than vectors
inline constexpr int kManyPanels = 2;
inline constexpr int kAmxRows = 16;  // of a tile
inline constexpr int kAmxTokens = 2 * kAmxRows;
inline constexpr int64_t kBlockUnit = kAmxTokens;
inline constexpr int64_t kBlockTokens = 8 * kAmxTokens;  // whose sums, 32 KB, are on the stack

// The registers: C of (panel, half of the tokens) at panel + 2 * half, A at 4 and 5, B at 6 and 7.
struct alignas(kLineBytes) AmxConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

// For n tokens of kAmxTokens.
inline void ConfigureAmx(int n_tokens) {
  AmxConfig config;
  const auto set = [&](int tile, int rows) {
    config.rows[tile] = static_cast<uint8_t>(rows);
    config.row_bytes[tile] = rows > 0 ? kLineBytes : 0;
  };
  const int first = n_tokens < kAmxRows ? n_tokens : kAmxRows;
  for (int half = 0; half < 2; ++half) {
    const int rows = half == 0 ? first : n_tokens - first;
    set(2 * half, rows);
    set(2 * half + 1, rows);
    set(4 + half, rows);
    set(6 + half, kAmxRows);
  }
  _tile_loadconfig(&config);
}

// The products of one group, [panel][token].
using AmxDots = I32x16[kManyPanels][kAmxTokens];

template <int kPanels, int kHalves>
inline void DotAmxGroup(const std::byte* lines, int64_t panel_bytes, const int8_t* columns,
                        int64_t x_stride, AmxDots& dots) {
  constexpr int64_t kTileBytes = kAmxRows * kLineBytes;
  _tile_zero(0);
  if constexpr (kPanels > 1) _tile_zero(1);
  if constexpr (kHalves > 1) _tile_zero(2);
  if constexpr (kHalves > 1 && kPanels > 1) _tile_zero(3);
  for (int64_t part = 0; part < kGroupColumns / kLineBytes; ++part) {
    const std::byte* b = lines + part * kTileBytes;
    const int8_t* a = columns + part * kLineBytes;
    _tile_loadd(6, b, kLineBytes);
    _tile_loadd(4, a, x_stride);
    _tile_dpbsud(0, 4, 6);
    if constexpr (kPanels > 1) {
      _tile_loadd(7, b + panel_bytes, kLineBytes);
      _tile_dpbsud(1, 4, 7);
    }
    if constexpr (kHalves > 1) {
      _tile_loadd(5, a + kAmxRows * x_stride, x_stride);
      _tile_dpbsud(2, 5, 6);
      if constexpr (kPanels > 1) _tile_dpbsud(3, 5, 7);
    }
  }
  _tile_stored(0, &dots[0][0], kLineBytes);
  if constexpr (kPanels > 1) _tile_stored(1, &dots[1][0], kLineBytes);
  if constexpr (kHalves > 1) _tile_stored(2, &dots[0][kAmxRows], kLineBytes);
  if constexpr (kHalves > 1 && kPanels > 1) _tile_stored(3, &dots[1][kAmxRows], kLineBytes);
}

// Some tokens' sums: [panel][token].
using AmxSums = F32x16[kManyPanels][kAmxTokens];

// What the integers of a group stand for, added to the sums as AddScaled does.
template <int kPanels>
inline void AddAmxGroup(const AmxDots& dots, const Int8Group& of, int n_tokens, AmxSums& sums) {
  F32x16 weight_scales[kPanels];
  LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
    weight_scales[p] = LoadInt8Scales(of.weights + p * of.panel_bytes);
  }
  for (int t = 0; t < n_tokens; ++t) {
    const PreparedInt8 row = PartsOf(of.x + t * of.x_stride, of.n_groups);
    const I32x16 offset = SetInts(row.int8_offsets[of.group]);
    const F32x16 x_scale = Set(row.scales[of.group]);
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      const I32x16 dot = AddInts(dots[p][t], offset);
      sums[p][t] = MulAdd(ToFloats(dot), Mul(weight_scales[p], x_scale), sums[p][t]);
    }
  }
}

// A chunk's part of some tokens.
template <typename Lines, int kPanels, int kHalves>
[[gnu::noinline]]
void SumChunkOfTokens(const Product<Lines>& product, const Int8Chunk& chunk, int64_t token,
                      int n_tokens, AmxSums& sums, NextChunk& next) {
  AmxDots dots;
  for (int64_t i = 0; i < chunk.n_groups; ++i) {
    const Int8Group of = {.weights = chunk.panels + i * kInt8GroupBytes,
                          .panel_bytes = chunk.panel_bytes,
                          .x = product.x + token * product.x_stride,
                          .x_stride = product.x_stride,
                          .n_groups = GroupsOf(product),
                          .group = chunk.first_group + i};
    DotAmxGroup<kPanels, kHalves>(of.weights + kLineBytes, chunk.panel_bytes,
                                  of.x + of.group * kGroupColumns, product.x_stride, dots);
    FetchPart(next);
    AddAmxGroup<kPanels>(dots, of, n_tokens, sums);
  }
}

// The tokens [first, end) times kPanels panels.
template <typename Lines, int kPanels>
void MultiplyBlock(const Product<Lines>& product, int64_t panel, int64_t first, int64_t end) {
  AmxSums sums[kBlockTokens / kAmxTokens];
  alignas(kLineBytes) std::byte room[kRoomBytes<Lines, kPanels>];
  const int64_t n_tiles = DivideUp(end - first, kAmxTokens);
  int configured = 0;
  for (int64_t group = 0; group < GroupsOf(product); group += kChunkGroups) {
    NextChunk next =
        ChunkAfter(product, panel, kPanels, group, n_tiles * GroupsOfChunk(product, group));
    const Int8Chunk chunk = ChunkOf(product, panel, kPanels, group, room, next);
    const bool is_last = group + kChunkGroups >= GroupsOf(product);
    for (int64_t tile = 0; tile < n_tiles; ++tile) {
      const int64_t token = first + tile * kAmxTokens;
      const int n = static_cast<int>(end - token < kAmxTokens ? end - token : kAmxTokens);
      for (int i = 0; group == 0 && i < kPanels * kAmxTokens; ++i) {
        sums[tile][i / kAmxTokens][i % kAmxTokens] = Set(0);
      }
      if (n != configured) ConfigureAmx(configured = n);
      n > kAmxRows
          ? SumChunkOfTokens<Lines, kPanels, 2>(product, chunk, token, n, sums[tile], next)
          : SumChunkOfTokens<Lines, kPanels, 1>(product, chunk, token, n, sums[tile], next);
      for (int i = 0; is_last && i < kPanels * n; ++i) {
        StoreSum(product, panel + i % kPanels, token + i / kPanels,
                 sums[tile][i % kPanels][i / kPanels]);
      }
    }
  }
}

// The tiles are large to switch: the system need not keep them for this thread.
inline void EndBlocks() { _tile_release(); }

}  // namespace
}  // namespace lemma::kernels
