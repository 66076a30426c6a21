// The fused forms of ops.h: autograd functions over row_ops.h, bfloat16 on a CPU only.
#pragma once

#include "train/network/ops.h"

namespace lemma::train::fused {

std::pair<at::Tensor, at::Tensor> AddNorm(const at::Tensor& x, const at::Tensor& delta,
                                          const at::Tensor& weight, double eps);
at::Tensor Attention(const at::Tensor& qkv, const at::Tensor& bias, const RotaryTable& rotary,
                     const HeadShape& heads, int64_t n_sequences);
at::Tensor SwiGlu(const at::Tensor& gate_up);
at::Tensor LinearCrossEntropy(const at::Tensor& hidden, const at::Tensor& head,
                              const at::Tensor& targets);

}  // namespace lemma::train::fused
