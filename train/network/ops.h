// The operators of a Qwen2 layer between its matrix products, differentiable. Each has two forms:
// a fused one (row_ops.h) for bfloat16 on a CPU, and a composition of libtorch's operators for
// every other type and device, which is also the truth that tests hold the fused one to.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>

namespace lemma::train {

// cos and sin of position * theta^(-2i / head_dim): [n_positions, head_dim / 2], float32.
struct RotaryTable {
  at::Tensor cosine;
  at::Tensor sine;
};
RotaryTable MakeRotaryTable(int64_t n_positions, int64_t head_dim, double theta, at::Device device);

struct HeadShape {
  int64_t n_heads;
  int64_t n_kv_heads;
  int64_t head_dim;
};

// The residual stream and what the next matrix product reads. x [n, width] float32; delta
// [n, width] in the working type, or undefined; weight [width] float32.
// Returns {x + delta (float32), rms_norm(x + delta) * weight (working type)}.
std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps,
                                          at::ScalarType working_type);

// Causal self-attention of `n_sequences` sequences of equal length (shorter ones are padded at
// their end, where causality hides it). qkv [n_sequences * length, (heads + 2 kv_heads) * head_dim]
// in the working type, bias of that width in float32. Returns [.., heads * head_dim].
at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences);

// silu(gate) * up; gate_up [n, 2 * width] is gate|up. Returns [n, width].
at::Tensor SwiGlu(const at::Tensor& gate_up);

// The sum over rows of -log softmax(hidden @ head^T)[target], float32. hidden [n, width] and head
// [vocab, width] in the working type, targets [n] int64. Logits are never whole in memory.
at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets);

// The compositions, whatever the type and device: for tests.
namespace plain {
std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps,
                                          at::ScalarType working_type);
at::Tensor Rotate(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine);
at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences);
at::Tensor SwiGlu(const at::Tensor& gate_up);
at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets);
}  // namespace plain

}  // namespace lemma::train
