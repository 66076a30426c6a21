// Qwen2ForCausalLM: the trainer's network, independent of the engine's. Weights are float32; a
// forward pass works in bfloat16 or float32 on casts of them through which gradients flow back.
//
// Owned by one thread. The model is data and functions over it; torch::nn is not used.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "train/network/config.h"
#include "train/network/ops.h"

namespace lemma::train {

struct LayerWeights {
  at::Tensor input_norm;      // [hidden]
  at::Tensor qkv_weight;      // [(heads + 2 * kv_heads) * head_dim, hidden]: q, k, v stacked
  at::Tensor qkv_bias;        // [(heads + 2 * kv_heads) * head_dim]
  at::Tensor o_weight;        // [hidden, heads * head_dim]
  at::Tensor post_norm;       // [hidden]
  at::Tensor gate_up_weight;  // [2 * intermediate, hidden]: gate, up stacked
  at::Tensor down_weight;     // [hidden, intermediate]
};

struct Weights {
  at::Tensor embedding;  // [vocab, hidden]
  std::vector<LayerWeights> layers;
  at::Tensor final_norm;  // [hidden]
  at::Tensor head;        // [vocab, hidden]; the embedding itself when tied
};

// Every weight in a fixed order, with its name ("layers.0.qkv_weight"). A tied head is not listed.
struct NamedWeight {
  std::string name;
  at::Tensor* tensor;
};
std::vector<NamedWeight> ListWeights(Weights& weights);

// Uninitialised float32 weights of the config's shapes, on the CPU.
Weights EmptyWeights(const Qwen2Config& config);
// The same values on a device.
Weights ToDevice(Weights weights, at::Device device);

// A batch of sequences of equal length, padded at the end.
struct Batch {
  at::Tensor tokens;       // [n_sequences, length] int64
  at::Tensor target_rows;  // [n_targets] int64: rows of the flattened tokens that predict
  at::Tensor targets;      // [n_targets] int64: what they should predict
};

class Qwen2 {
 public:
  // Normal(0, 0.02) matrices, the two that write to the residual stream scaled by
  // 1 / sqrt(2 * n_layers); norms one, biases zero. Uses libtorch's global generator.
  static Qwen2 Random(const Qwen2Config& config, at::Device device);
  // `weights` are float32 of the config's shapes (a CHECK: files are validated before).
  Qwen2(const Qwen2Config& config, Weights weights);

  const Qwen2Config& config() const { return config_; }
  Weights& weights() { return weights_; }
  const Weights& weights() const { return weights_; }
  const RotaryTable& rotary() const { return rotary_; }
  at::Device device() const { return weights_.embedding.device(); }
  int64_t n_parameters() const;

  // The summed cross-entropy of the batch's targets: a float32 scalar with a graph behind it.
  at::Tensor Loss(const Batch& batch, at::ScalarType working_type) const;

  // Logits of every position, [n_sequences, length, vocab] float32.
  at::Tensor Logits(const at::Tensor& tokens, at::ScalarType working_type) const;

 private:
  // After the final norm: [n_sequences * length, hidden] in the working type.
  at::Tensor Hidden(const at::Tensor& tokens, const Weights& working,
                    at::ScalarType working_type) const;

  Qwen2Config config_;
  Weights weights_;
  RotaryTable rotary_;
};

// Matrices cast to the type (norms, biases and the looked-up embedding stay float32).
Weights CastMatrices(const Weights& weights, at::ScalarType type);

}  // namespace lemma::train
