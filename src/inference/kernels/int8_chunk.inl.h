// A chunk of columns of some panels as int8, for products with many tokens: include after a
// simd_*.h.
//
// int8 is read where it is. A chunk of int4 is made int8 first, once for all tokens: (q - 8) *
// factor fits in a byte: 13 operations a line of 64 bytes, beside one VPDPBUSD a token. So the
// integers and all float operations are those of the tiles of few tokens, and the results the same
// to the bit.
#pragma once

#include "inference/kernels/matmul.inl.h"

namespace lemma::kernels {
namespace {

// With AMX a chunk, its part of x and the sums of a tile are in the L1 cache together. In vector
// registers the sums are stored and loaded once a chunk, which larger ones do less often.
#if defined(__AMX_INT8__)
inline constexpr int64_t kChunkGroups = 1;
#else
inline constexpr int64_t kChunkGroups = 4;
#endif
inline constexpr int64_t kChunkBytes = kChunkGroups * kInt8GroupBytes;

// Where a chunk of kPanels panels is made int8.
template <typename Lines, int kPanels>
inline constexpr int64_t kRoomBytes =
    Lines::kFormat == WeightFormat::kInt4 ? kPanels * kChunkBytes : 1;

// Some groups of some panels in int8.
struct Int8Chunk {
  const std::byte* panels;
  int64_t panel_bytes;
  int64_t first_group;
  int64_t n_groups;
};

template <typename Lines>
inline int64_t GroupsOf(const Product<Lines>& product) {
  return product.n_lines * Lines::kColumns / kGroupColumns;
}

template <typename Lines>
inline int64_t GroupsOfChunk(const Product<Lines>& product, int64_t first_group) {
  const int64_t n_left = GroupsOf(product) - first_group;
  return n_left < kChunkGroups ? n_left : kChunkGroups;
}

// The stored bytes of the chunk after this one: of the same panels, or the next ones' first.
// Fetched into the L2 cache in parts, while this one is made int8 and by each tile as it goes: at
// once they would stop the core, which has room for some 20 lines on their way.
struct NextChunk {
  const std::byte* panels;
  int64_t panel_bytes;
  int64_t n_panels;
  int64_t bytes;  // in each panel
  int64_t part_bytes;
  int64_t fetched = 0;  // bytes
};

// n_parts: how often tiles call FetchPart.
template <typename Lines>
inline NextChunk ChunkAfter(const Product<Lines>& product, int64_t panel, int n_panels,
                            int64_t group, int64_t n_parts) {
  constexpr bool kIsInt4 = Lines::kFormat == WeightFormat::kInt4;
  constexpr int64_t kGroupBytes = kIsInt4 ? kInt4GroupBytes : kInt8GroupBytes;
  if (kIsInt4) n_parts += n_panels * GroupsOfChunk(product, group);
  const bool is_last = group + kChunkGroups >= GroupsOf(product);
  const int64_t next_group = is_last ? 0 : group + kChunkGroups;
  const int64_t bytes = GroupsOfChunk(product, next_group) * kGroupBytes;
  return {.panels = product.panels + (is_last ? panel + n_panels : panel) * product.panel_bytes +
                    next_group * kGroupBytes,
          .panel_bytes = product.panel_bytes,
          .n_panels = n_panels,
          .bytes = bytes,
          .part_bytes = DivideUp(bytes, n_parts * kLineBytes) * kLineBytes};
}

inline void FetchPart(NextChunk& next) {
  const int64_t wanted = next.fetched + next.part_bytes;
  const int64_t end = wanted < next.bytes ? wanted : next.bytes;
  for (; next.fetched < end; next.fetched += kLineBytes) {
    for (int64_t p = 0; p < next.n_panels; ++p) {
      __builtin_prefetch(next.panels + p * next.panel_bytes + next.fetched, 0, 2);
    }
  }
}

inline Int8Chunk ChunkOf(const Product<Int8Lines>& product, int64_t first_panel, int,
                         int64_t first_group, std::byte*, NextChunk&) {
  return {product.panels + first_panel * product.panel_bytes + first_group * kInt8GroupBytes,
          product.panel_bytes, first_group, GroupsOfChunk(product, first_group)};
}

// One group of int4 as one of int8.
inline void ExpandInt4Group(const std::byte* heads, std::byte* int8) {
  Store(reinterpret_cast<float*>(int8), LoadInt4Scales(heads));
  for (int64_t part = 0; part < kInt4Parts; ++part) {
    const I32x16 factors = LoadPartFactors(heads, part);
    for (int64_t i = part * kInt4PartLines; i < (part + 1) * kInt4PartLines; ++i) {
      const auto both = LoadInt8Line(heads + (kInt4HeadLines + i) * kLineBytes);
      StoreScaled(LowFourBits(both), factors, int8 + (1 + 2 * i) * kLineBytes);
      StoreScaled(HighFourBits(both), factors, int8 + (2 + 2 * i) * kLineBytes);
    }
  }
}

inline Int8Chunk ChunkOf(const Product<Int4Lines>& product, int64_t first_panel, int n_panels,
                         int64_t first_group, std::byte* room, NextChunk& next) {
  const Int8Chunk chunk = {room, kChunkBytes, first_group, GroupsOfChunk(product, first_group)};
  for (int p = 0; p < n_panels; ++p) {
    const std::byte* panel = product.panels + (first_panel + p) * product.panel_bytes;
    for (int64_t group = 0; group < chunk.n_groups; ++group) {
      FetchPart(next);
      ExpandInt4Group(panel + (first_group + group) * kInt4GroupBytes,
                      room + p * kChunkBytes + group * kInt8GroupBytes);
    }
  }
  return chunk;
}

}  // namespace
}  // namespace lemma::kernels
