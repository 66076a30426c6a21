// A block of tokens times some panels of int8 or int4, in tiles of vector registers: include after
// a simd_*.h.
//
// A chunk of the weights is read from memory for the first tile of tokens and from the L2 cache for
// all others; the sums of a tile are loaded and stored once a chunk, beside kChunkGroups x 64
// VPDPBUSD for each. Bound: the multipliers.
#pragma once

#include "inference/kernels/int8_chunk.inl.h"

namespace lemma::kernels {
namespace {

inline constexpr int64_t kManyTokens = kTileTokens + 1;
inline constexpr int kManyPanels = kTileSums / kTileTokens;
inline constexpr int64_t kBlockUnit = kTileTokens;
inline constexpr int64_t kBlockFetchLines =
    8;  // of a group, from one part that is fetched to the next
inline constexpr int64_t kBlockTokens = 22 * kTileTokens;  // whose sums, 33 KB, are on the stack

// Adds a chunk's part of a tile to its sums; at the last chunk the tile is done.
template <typename Lines, int kPanels, int kTokens>
[[gnu::noinline]]
void SumChunkOfTile(const Product<Lines>& product, const Int8Chunk& chunk, int64_t first_panel,
                    int64_t first_token, F32x16* room, NextChunk& next) {
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
  for (int64_t group = 0; group < chunk.n_groups; ++group) {
    SumInt8Group<kBlockFetchLines>(
        {.weights = chunk.panels + group * kInt8GroupBytes,
         .panel_bytes = chunk.panel_bytes,
         .x = product.x + first_token * product.x_stride,
         .x_stride = product.x_stride,
         .n_groups = GroupsOf(product),
         .group = chunk.first_group + group},
        [&](int64_t) { FetchPart(next); }, sums);
  }
  if (is_last) StoreTile(product, first_panel, first_token, sums);
}

template <typename Lines, int kPanels, int kTokens>
void SumChunk(const Product<Lines>& product, const Int8Chunk& chunk, int64_t panel, int64_t token,
              int64_t n_tokens, F32x16* room, NextChunk& next) {
  if constexpr (kTokens > 1) {
    if (n_tokens < kTokens) {
      return SumChunk<Lines, kPanels, kTokens - 1>(product, chunk, panel, token, n_tokens, room,
                                                   next);
    }
  }
  SumChunkOfTile<Lines, kPanels, kTokens>(product, chunk, panel, token, room, next);
}

// The tokens [first, end) times kPanels panels.
template <typename Lines, int kPanels>
void MultiplyBlock(const Product<Lines>& product, int64_t panel, int64_t first, int64_t end) {
  F32x16 sums[kBlockTokens / kTileTokens][kTileSums];
  alignas(kLineBytes) std::byte room[kRoomBytes<Lines, kPanels>];
  // Tiles of nearly equal size: 13 tokens are 7 and 6, not 12 and 1.
  const int64_t n_tiles = DivideUp(end - first, kTileTokens);
  const int64_t tile_tokens = DivideUp(end - first, n_tiles);
  for (int64_t group = 0; group < GroupsOf(product); group += kChunkGroups) {
    const int64_t n_parts =
        n_tiles * GroupsOfChunk(product, group) * (kInt8GroupLines / kBlockFetchLines);
    NextChunk next = ChunkAfter(product, panel, kPanels, group, n_parts);
    const Int8Chunk chunk = ChunkOf(product, panel, kPanels, group, room, next);
    for (int64_t tile = 0; first + tile * tile_tokens < end; ++tile) {
      const int64_t token = first + tile * tile_tokens, n = end - token;
      SumChunk<Lines, kPanels, kTileTokens>(product, chunk, panel, token,
                                            n < tile_tokens ? n : tile_tokens, sums[tile], next);
    }
  }
}

inline void EndBlocks() {}

}  // namespace
}  // namespace lemma::kernels
