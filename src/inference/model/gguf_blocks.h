// The quantised blocks of GGUF files as float32. Layouts and formulas: github.com/ggml-org/ggml,
// src/ggml-common.h (block_q4_0, block_q8_0, block_q4_K, ...) and src/ggml-quants.c
// (dequantize_row_*), whose order of float operations is kept.
//
// Bytes of a block, in order (d and m are float16, little-endian):
//
//   Q8_0   32 elements   d[2] q[32]                       w = d q, q int8
//   Q4_0   32 elements   d[2] q[16]                       w = d (q - 8), q 4 bits
//   Q4_K  256 elements   d[2] m[2] s[12] q[128]           w = (d scale) q - (m min), q 4 bits
//   Q5_K  256 elements   d[2] m[2] s[12] h[32] q[128]     the same, q 5 bits
//   Q6_K  256 elements   q[128] h[64] s[16] d[2]          w = (d scale) (q - 32), q 6 bits
//
// Two elements share a byte of q: byte i of a run of 32 (of 16 in Q4_0) has element i in its low
// half and element i + 32 (i + 16) in its high one; in Q6_K a run has 64 bytes and its high halves
// are elements i + 64. h holds the bits above the four. Q4_K and Q5_K have a scale and a min of six
// bits for each 32 elements, packed in s; Q6_K an int8 scale for each 16.
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/model/dtype.h"

namespace lemma::model {

// Writes the n elements of the whole blocks at `data`, which may be unaligned. A block whose d is
// not finite gives values that are not.
void DecodeBlocks(Dtype dtype, const std::byte* data, int64_t n, float* values);

}  // namespace lemma::model
