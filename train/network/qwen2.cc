#include "train/network/qwen2.h"

#include <cmath>

#include "common/base/check.h"

namespace lemma::train {
namespace {

constexpr double kInitialDeviation = 0.02;

bool EndsWith(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && name.substr(name.size() - ending.size()) == ending;
}

}  // namespace

std::vector<NamedWeight> ListWeights(Weights& weights) {
  std::vector<NamedWeight> list = {{"embedding", &weights.embedding}};
  for (size_t i = 0; i < weights.layers.size(); ++i) {
    LayerWeights& layer = weights.layers[i];
    const std::string prefix = "layers." + std::to_string(i) + ".";
    list.push_back({prefix + "input_norm", &layer.input_norm});
    list.push_back({prefix + "qkv_weight", &layer.qkv_weight});
    list.push_back({prefix + "qkv_bias", &layer.qkv_bias});
    list.push_back({prefix + "o_weight", &layer.o_weight});
    list.push_back({prefix + "post_norm", &layer.post_norm});
    list.push_back({prefix + "gate_up_weight", &layer.gate_up_weight});
    list.push_back({prefix + "down_weight", &layer.down_weight});
  }
  list.push_back({"final_norm", &weights.final_norm});
  if (!weights.head.is_same(weights.embedding)) list.push_back({"head", &weights.head});
  return list;
}

Weights EmptyWeights(const Qwen2Config& config) {
  const int64_t hidden = config.hidden_size;
  const int64_t qkv = config.q_size() + 2 * config.kv_size();
  Weights weights;
  weights.embedding = at::empty({config.vocab_size, hidden});
  for (int64_t i = 0; i < config.n_layers; ++i) {
    LayerWeights layer;
    layer.input_norm = at::empty({hidden});
    layer.qkv_weight = at::empty({qkv, hidden});
    layer.qkv_bias = at::empty({qkv});
    layer.o_weight = at::empty({hidden, config.q_size()});
    layer.post_norm = at::empty({hidden});
    layer.gate_up_weight = at::empty({2 * config.intermediate_size, hidden});
    layer.down_weight = at::empty({hidden, config.intermediate_size});
    weights.layers.push_back(std::move(layer));
  }
  weights.final_norm = at::empty({hidden});
  weights.head =
      config.tied_embeddings ? weights.embedding : at::empty({config.vocab_size, hidden});
  return weights;
}

Weights ToDevice(Weights weights, at::Device device) {
  const bool tied = weights.head.is_same(weights.embedding);
  for (const NamedWeight& weight : ListWeights(weights)) {
    *weight.tensor = weight.tensor->to(device);
  }
  if (tied) weights.head = weights.embedding;
  return weights;
}

Weights CastMatrices(const Weights& weights, at::ScalarType type) {
  Weights cast = weights;
  for (LayerWeights& layer : cast.layers) {
    layer.qkv_weight = layer.qkv_weight.to(type);
    layer.o_weight = layer.o_weight.to(type);
    layer.gate_up_weight = layer.gate_up_weight.to(type);
    layer.down_weight = layer.down_weight.to(type);
  }
  cast.head = cast.head.to(type);
  return cast;
}

Qwen2 Qwen2::Random(const Qwen2Config& config, at::Device device) {
  const double residual = kInitialDeviation / std::sqrt(2.0 * static_cast<double>(config.n_layers));
  Weights weights = EmptyWeights(config);
  for (const NamedWeight& weight : ListWeights(weights)) {
    if (weight.tensor->dim() == 1) {
      weight.tensor->fill_(EndsWith(weight.name, "bias") ? 0 : 1);
    } else {
      const bool to_residual =
          EndsWith(weight.name, "o_weight") || EndsWith(weight.name, "down_weight");
      weight.tensor->normal_(0, to_residual ? residual : kInitialDeviation);
    }
  }
  return Qwen2(config, ToDevice(std::move(weights), device));
}

Qwen2::Qwen2(const Qwen2Config& config, Weights weights)
    : config_(config),
      weights_(std::move(weights)),
      rotary_(MakeRotaryTable(config.max_positions, config.head_dim, config.rope_theta,
                              weights_.embedding.device())) {
  LEMMA_CHECK(static_cast<int64_t>(weights_.layers.size()) == config.n_layers);
}

int64_t Qwen2::n_parameters() const {
  int64_t total = 0;
  Weights copy = weights_;
  for (const NamedWeight& weight : ListWeights(copy)) total += weight.tensor->numel();
  return total;
}

at::Tensor Qwen2::Hidden(const at::Tensor& tokens, const Weights& working,
                         at::ScalarType working_type) const {
  const HeadShape heads{config_.n_heads, config_.n_kv_heads, config_.head_dim};
  at::Tensor x = at::embedding(working.embedding, tokens).view({-1, config_.hidden_size});
  at::Tensor delta;
  at::Tensor normed;
  for (const LayerWeights& layer : working.layers) {
    std::tie(x, normed) = AddNorm(x, delta, layer.input_norm, config_.rms_norm_eps, working_type);
    const at::Tensor attended = Attention(at::linear(normed, layer.qkv_weight), layer.qkv_bias,
                                          rotary_, heads, tokens.size(0));
    delta = at::linear(attended, layer.o_weight);
    std::tie(x, normed) = AddNorm(x, delta, layer.post_norm, config_.rms_norm_eps, working_type);
    delta = at::linear(SwiGlu(at::linear(normed, layer.gate_up_weight)), layer.down_weight);
  }
  return AddNorm(x, delta, working.final_norm, config_.rms_norm_eps, working_type).second;
}

at::Tensor Qwen2::Loss(const Batch& batch, at::ScalarType working_type) const {
  const Weights working = CastMatrices(weights_, working_type);
  const at::Tensor hidden = Hidden(batch.tokens, working, working_type);
  return LinearCrossEntropy(hidden.index_select(0, batch.target_rows), working.head, batch.targets);
}

at::Tensor Qwen2::Logits(const at::Tensor& tokens, at::ScalarType working_type) const {
  const Weights working = CastMatrices(weights_, working_type);
  const at::Tensor hidden = Hidden(tokens, working, working_type);
  return at::linear(hidden, working.head)
      .to(at::kFloat)
      .view({tokens.size(0), tokens.size(1), config_.vocab_size});
}

}  // namespace lemma::train
