// Makes keys that int8 can hold. Some of Qwen2's keys have biases a hundred times their other
// values (layers 0 and 27 of the 7B: norms of 605 and 921 where the median is 22; llama.cpp's issue
// 21385), and all of a token's key shares one scale, as does its query: what stands out takes the
// precision of the rest.
//
// A score is a sum of products q_c * k_c, and what k_c is divided by q_c may be multiplied by. The
// error of a score is about |q| * |k| times a rounding step, which is least where |k_c| = |q_c| in
// every channel. Their sizes are known without any text: of w x + b with x normalised, the mean
// square is b^2 + |w * g|^2, g being the norm's weights; of the second part the head's mean is
// taken. RoPE mixes channels c and c + head_dim / 2, so these share a factor; and factors are
// powers of two, so that every result in bf16 and float32 is what it was, to the bit.
//
// (Per-channel scales of keys: "KIVI", Liu et al., ICML 2024; moved into the other side of a
// product: "SmoothQuant", Xiao et al., ICML 2023.)
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "inference/model/config.h"

namespace lemma::model {

// What the rows of a layer's q_proj and k_proj are multiplied by, weights and biases alike.
struct KeyBalance {
  std::vector<float> q;  // [q_dim]
  std::vector<float> k;  // [kv_dim]
};

// A tensor of the layer by its name within it ("self_attn.k_proj.bias"), row-major.
using LayerTensor = std::function<Result<std::vector<float>>(const std::string& name)>;

// Errors: those of `tensor`.
Result<KeyBalance> BalanceKeys(const ModelConfig& config, const LayerTensor& tensor);

}  // namespace lemma::model
