#include "train/network/ops.h"

#include <cmath>

#include "train/network/fused_ops.h"

namespace lemma::train {
namespace {

bool Fused(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kBFloat16;
}

}  // namespace

RotaryTable MakeRotaryTable(int64_t n_positions, int64_t head_dim, double theta,
                            at::Device device) {
  // Frequencies in float32, as Hugging Face computes them.
  const at::Tensor exponent =
      at::arange(0, head_dim, 2, at::kFloat) / static_cast<double>(head_dim);
  const at::Tensor frequency = at::reciprocal(at::pow(at::full({}, theta, at::kFloat), exponent));
  const at::Tensor angle = at::outer(at::arange(n_positions, at::kFloat), frequency);
  return {at::cos(angle).to(device), at::sin(angle).to(device)};
}

std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps,
                                          at::ScalarType working_type) {
  const bool fused = x.device().is_cpu() && working_type == at::kBFloat16;
  return fused ? fused::AddNorm(x, delta, weight, eps)
               : plain::AddNorm(x, delta, weight, eps, working_type);
}

at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences) {
  return Fused(qkv) ? fused::Attention(qkv, bias, rotary, heads, n_sequences)
                    : plain::Attention(qkv, bias, rotary, heads, n_sequences);
}

at::Tensor SwiGlu(const at::Tensor& gate_up) {
  return Fused(gate_up) ? fused::SwiGlu(gate_up) : plain::SwiGlu(gate_up);
}

at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets) {
  return Fused(hidden) ? fused::LinearCrossEntropy(hidden, head, targets)
                       : plain::LinearCrossEntropy(hidden, head, targets);
}

namespace plain {

std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps,
                                          at::ScalarType working_type) {
  const at::Tensor sum = delta.defined() ? x + delta.to(at::kFloat) : x;
  const at::Tensor mean_square = sum.square().mean(-1, /*keepdim=*/true);
  return {sum, (sum * at::rsqrt(mean_square + eps) * weight).to(working_type)};
}

// x [.., head_dim]; cosine, sine broadcast against [.., head_dim / 2].
at::Tensor Rotate(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine) {
  const auto halves = x.chunk(2, -1);
  return at::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine},
                 -1);
}

at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences) {
  const int64_t length = qkv.size(0) / n_sequences;
  const int64_t group = heads.n_heads / heads.n_kv_heads;
  // [n_sequences, n_heads + 2 * n_kv_heads, length, head_dim]
  const at::Tensor all =
      (qkv.to(at::kFloat) + bias).view({n_sequences, length, -1, heads.head_dim}).transpose(1, 2);
  const at::Tensor cosine = rotary.cosine.slice(0, 0, length);
  const at::Tensor sine = rotary.sine.slice(0, 0, length);
  const at::Tensor q = Rotate(all.slice(1, 0, heads.n_heads), cosine, sine);
  const at::Tensor k =
      Rotate(all.slice(1, heads.n_heads, heads.n_heads + heads.n_kv_heads), cosine, sine)
          .repeat_interleave(group, 1);
  const at::Tensor v = all.slice(1, heads.n_heads + heads.n_kv_heads).repeat_interleave(group, 1);
  const at::Tensor hidden =
      at::ones({length, length}, qkv.options().dtype(at::kBool)).triu(/*diagonal=*/1);
  const at::Tensor scores = at::matmul(q, k.transpose(2, 3))
                                .mul(1.0 / std::sqrt(static_cast<double>(heads.head_dim)))
                                .masked_fill(hidden, -INFINITY);
  return at::matmul(scores.softmax(-1), v)
      .transpose(1, 2)
      .reshape({n_sequences * length, heads.n_heads * heads.head_dim})
      .to(qkv.scalar_type());
}

at::Tensor SwiGlu(const at::Tensor& gate_up) {
  const auto halves = gate_up.to(at::kFloat).chunk(2, -1);
  return (at::silu(halves[0]) * halves[1]).to(gate_up.scalar_type());
}

at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets) {
  const at::Tensor logits = at::linear(hidden, head).to(at::kFloat);
  return at::cross_entropy_loss(logits, targets, /*weight=*/{}, at::Reduction::Sum);
}

}  // namespace plain
}  // namespace lemma::train
