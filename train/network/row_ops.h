// The element-wise arithmetic of training on a CPU, fused so that each activation is read once and
// written once. A 5-million-parameter model under plain libtorch spends most of its time between
// the matrix products; these loops are bound by memory, not by arithmetic.
//
// Plain loops over rows, compiled for several instruction sets and chosen at start by the loader.
// bfloat16 stands as its bits. Nothing here allocates or starts threads: callers split the rows.
// Their slow twins are the compositions of libtorch operators in ops.cc.
#pragma once

#include <cstdint>

namespace lemma::train::row_ops {

using Bf16 = uint16_t;

// sum = x + delta; normed = sum / rms(sum) * weight. All [n_rows, width]; delta may be null.
void AddNorm(const float* x, const Bf16* delta, const float* weight, float eps, int64_t n_rows,
             int64_t width, float* sum, Bf16* normed, float* inverse_rms);
// d_sum may be null (nothing follows but the norm), and so may d_delta (there was none).
// d_weight [width] is added to.
void AddNormBackward(const float* d_sum, const Bf16* d_normed, const float* sum,
                     const float* weight, const float* inverse_rms, int64_t n_rows, int64_t width,
                     float* d_x, Bf16* d_delta, float* d_weight);

// out [n_rows, width] = silu(gate) * up, where a row of gate_up [n_rows, 2 * width] is gate|up.
void SwiGlu(const Bf16* gate_up, int64_t n_rows, int64_t width, Bf16* out);
void SwiGluBackward(const Bf16* gate_up, const Bf16* d_out, int64_t n_rows, int64_t width,
                    Bf16* d_gate_up);

// One head of one token: out = rotate(x + bias) * scale, by Hugging Face's half-split rotation.
// cosine, sine: [head_dim / 2] of the token's position.
void BiasRotate(const Bf16* x, const float* bias, const float* cosine, const float* sine,
                float scale, int64_t head_dim, Bf16* out);
// d_x = the transposed rotation of d_out * scale; d_bias [head_dim] is added to.
void BiasRotateBackward(const Bf16* d_out, const float* cosine, const float* sine, float scale,
                        int64_t head_dim, Bf16* d_x, float* d_bias);
// The same without a rotation: for values.
void Bias(const Bf16* x, const float* bias, int64_t head_dim, Bf16* out);
void BiasBackward(const Bf16* d_out, int64_t head_dim, Bf16* d_x, float* d_bias);

// In place: the first n_valid of a row's `width` scores become their softmax, the others zero.
void SoftmaxRow(Bf16* scores, int64_t n_valid, int64_t width);
// In place: d_probabilities become the derivatives by the scores.
void SoftmaxRowBackward(const Bf16* probabilities, int64_t n_valid, int64_t width,
                        Bf16* d_probabilities);

// Returns -log softmax(logits)[target]; `logits` [width] become the derivatives by the logits.
float CrossEntropyRow(Bf16* logits, int64_t width, int64_t target);

}  // namespace lemma::train::row_ops
