// The arithmetic of a forward pass, on views: one table of functions per instruction set (isa.h
// chooses). Weights, K and V are panels (panel.h). Functions never allocate, lock or start
// threads; callers split the work and call from many threads at once.
//
// Every output element is computed by one chain of operations in an order that depends on the shape
// of its matrix alone. It does not matter which rows or tokens share a call, so results do not
// depend on batch, chunk or thread count, to the bit. Instruction sets agree only nearly.
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/kernels/kv_layout.h"
#include "inference/kernels/panel.h"

namespace lemma::kernels {

enum class Isa { kScalar, kAvx2, kAvx2Vnni, kAvx512, kAvx512Vnni, kAvx512Bf16, kAmx };

// What a matrix is multiplied with. Chosen by the weights' format and the instruction set;
// made from float32 by Kernels::prepare, once per input and not once per weight row.
//
// kInt8: x, rotated (hadamard.h), is rounded to q * scale, q from -127 to 127, with a scale for
// each group of kGroupColumns. PreparedInt8 says where a row has what.
enum class ActivationFormat { kF32, kBf16, kInt8 };

// A matrix in panels. `data` is 64-byte aligned.
struct WeightMatrix {
  WeightFormat format = WeightFormat::kF32;
  int64_t rows = 0;
  int64_t cols = 0;
  const std::byte* data = nullptr;
};

// The parts of a row in kInt8. The offsets take off what the 128 or the 8 in stored weights add to
// a product.
struct PreparedInt8 {
  int8_t* q;              // [n_groups * kGroupColumns]
  float* scales;          // [n_groups]
  int32_t* int8_offsets;  // [n_groups]: -128 * the sum of a group's q
  int32_t* int4_offsets;  // [n_groups * kInt4Parts]: -8 * the sum of kInt4PartColumns
};
static inline int64_t PreparedInt8Groups(int64_t cols) { return DivideUp(cols, kGroupColumns); }
static inline PreparedInt8 PreparedInt8Parts(std::byte* row, int64_t n_groups) {
  int8_t* q = reinterpret_cast<int8_t*>(row);
  float* scales = reinterpret_cast<float*>(q + n_groups * kGroupColumns);
  int32_t* int8_offsets = reinterpret_cast<int32_t*>(scales + n_groups);
  return {q, scales, int8_offsets, int8_offsets + n_groups};
}

// Bytes from one token's prepared activations to the next one's: whole lines padded with zeros. An
// odd number of them, so that the tokens of a tile do not compete for one set of the L1 cache.
static inline int64_t PreparedRowBytes(ActivationFormat format, int64_t cols) {
  const int64_t n_groups = PreparedInt8Groups(cols);
  const int64_t int8_bytes = n_groups * (kGroupColumns + 4 * (2 + kInt4Parts));
  const int64_t bytes = format == ActivationFormat::kF32    ? cols * 4
                        : format == ActivationFormat::kBf16 ? cols * 2
                                                            : int8_bytes;
  return (DivideUp(bytes, kLineBytes) | 1) * kLineBytes;
}

// out[t, r] = sum over c of weights[r, c] * x[t, c], plus bias[r], plus what out[t, r] was.
struct MatmulArgs {
  WeightMatrix weights;          // [rows, cols]
  const std::byte* x = nullptr;  // [n_tokens, PreparedRowBytes] as `prepare` made it
  int64_t n_tokens = 0;
  const float* bias = nullptr;  // [rows], or nullptr
  bool add = false;             // add to `out` (the residual) instead of replacing it
  float* out = nullptr;         // [n_tokens, rows], tokens out_stride apart
  int64_t out_stride = 0;
};

// One token's queries of attention: the heads that share one KV head.
struct AttentionRow {
  const float* q = nullptr;  // [group, head_dim] after RoPE
  int64_t n_seen = 0;        // of the span's tokens it sees the first ones, at least one
  float* partial = nullptr;  // [group, AttentionPartialFloats]: the result
};

// Causal attention of some rows over one span: kSpanTokens of a sequence, or of several that share
// its pages. Whoever computes it, a row's result is the same: fold_attention makes of the spans'
// results, in ascending order, the whole.
struct AttentionArgs {
  const AttentionRow* rows = nullptr;
  int64_t n_rows = 0;
  int64_t group = 0;  // query heads per KV head
  int64_t head_dim = 0;
  WeightFormat format = WeightFormat::kF32;  // of K and V (kv_layout.h)
  const std::byte* kv = nullptr;             // this layer's and KV head's K in page 0
  int64_t page_bytes = 0;                    // from a page to the next one in memory
  const int32_t* pages = nullptr;            // of the span
  const std::byte* next = nullptr;           // K of the page that the caller asks for after them
  std::byte* scratch = nullptr;              // AttentionScratchBytes, 64-byte aligned
};
inline constexpr int64_t kSpanPages = 4;
inline constexpr int64_t kSpanTokens = kSpanPages * kKvPageTokens;
int64_t AttentionScratchBytes(int64_t n_queries, int64_t head_dim);  // n_rows * group queries

// A query's result over some tokens: sums of probability * V [AttentionSumFloats], their maximal
// score in powers of two, the sum of the probabilities; whole lines.
static inline int64_t AttentionSumFloats(int64_t head_dim) {
  return DivideUp(head_dim, kPanelRows) * kPanelRows;
}
static inline int64_t AttentionPartialFloats(int64_t head_dim) {
  return AttentionSumFloats(head_dim) + 16;
}
// Of no tokens yet.
static inline void ClearAttention(int64_t head_dim, float* total) {
  const int64_t n_sums = AttentionSumFloats(head_dim);
  for (int64_t i = 0; i < n_sums + 2; ++i) total[i] = 0;
  total[n_sums] = -__builtin_inff();
}

inline constexpr int64_t kSamplingBlock = 1024;  // of softmax_weights

struct Kernels {
  Isa isa;
  // Indexed by WeightFormat: what `matmul` wants beside such weights.
  ActivationFormat activations[kWeightFormatCount];

  // One token: x [cols] to prepared [PreparedRowBytes].
  void (*prepare)(ActivationFormat format, const float* x, int64_t cols, std::byte* prepared);

  // The rows [row_begin, row_end); row_begin is a multiple of kPanelRows.
  void (*matmul)(const MatmulArgs& args, int64_t row_begin, int64_t row_end);

  void (*attention)(const AttentionArgs& args);

  // Adds the next span's result to the total of those before it (ClearAttention at first).
  void (*fold_attention)(const float* partial, int64_t head_dim, float* total);

  // out [head_dim] = the weighted mean that the total stands for.
  void (*finish_attention)(const float* total, int64_t head_dim, float* out);

  // out[i] = x[i] / sqrt(mean(x^2) + eps) * weight[i]; out may be x.
  void (*rms_norm)(const float* x, const float* weight, int64_t n, float eps, float* out);

  // Rotates the pairs (i, i + head_dim / 2) of each head in place, as Hugging Face lays them out.
  void (*rope)(float* x,  // [n_heads, head_dim]
               int64_t n_heads, int64_t head_dim, const float* cos,
               const float* sin);  // [head_dim / 2] of the token's position

  // H (hadamard.h) times each head in place; head_dim is 64 or 128.
  void (*rotate)(float* x, int64_t n_heads, int64_t head_dim);

  // out[i] = silu(gate[i]) * up[i]
  void (*silu_mul)(const float* gate, const float* up, int64_t n, float* out);

  // The highest of n logits; NaN where one is NaN or +infinity.
  float (*max_logit)(const float* logits, int64_t n);

  // weights[i] = exp((logits[i] - max) * scale), for finite max >= logits[i] and scale > 0, 0 below
  // 2^-127, and the sum of each kSamplingBlock of them; weights may be logits.
  void (*softmax_weights)(const float* logits, int64_t n, float max, float scale, float* weights,
                          float* block_sums);

  // The sum of the weights above weights[index], which is above 0, and of those equal to it with a
  // lower index.
  double (*mass_before)(const float* weights, int64_t n, int64_t index);

  // The sum of n floats: reads memory as fast as `matmul` does at one token, for measuring it.
  float (*sum)(const float* data, int64_t n);

  // Multiplies and adds, n times, as `matmul` does with weights of this format, but all in
  // registers: the multipliers' peak, for measuring it. Returns how many products it made.
  int64_t (*peak)(WeightFormat format, int64_t n);
};

}  // namespace lemma::kernels
