// How the elements of a stored tensor look, and what they are as float32.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lemma::model {

// The last five are GGUF's (gguf_blocks.h): some elements of a row share a scale, and are stored
// together in a block.
enum class Dtype { kF32, kF16, kBf16, kQ8_0, kQ4_0, kQ4_K, kQ5_K, kQ6_K };

// Elements that are stored together, and their bytes. One element where nothing is shared.
struct BlockSize {
  int64_t elements = 1;
  int64_t bytes = 0;
};
BlockSize BlockSizeOf(Dtype dtype);

inline bool IsQuantized(Dtype dtype) { return BlockSizeOf(dtype).elements > 1; }

// The bytes of n elements, which must be whole blocks.
int64_t StoredBytes(Dtype dtype, int64_t n);

// Writes the n elements (whole blocks) that begin at `data`, which may be unaligned. F32, F16 and
// BF16 are exact; of the blocks, a product is rounded as gguf_blocks.h says.
void DecodeElements(Dtype dtype, const std::byte* data, int64_t n, float* values);

}  // namespace lemma::model
