#include "train/network/generator.h"

#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lemma::train {
namespace {

// Attention reads the cache up to a multiple of this, so that few shapes occur.
constexpr int64_t kKeysStep = 64;

int64_t RoundUp(int64_t n) { return (n + kKeysStep - 1) / kKeysStep * kKeysStep; }

// Prompts side by side, padded at their ends with token 0.
at::Tensor PadPrompts(const std::vector<std::vector<text::TokenId>>& prompts) {
  size_t length = 0;
  for (const auto& prompt : prompts) length = std::max(length, prompt.size());
  const at::Tensor tokens =
      at::zeros({static_cast<int64_t>(prompts.size()), static_cast<int64_t>(length)}, at::kLong);
  for (size_t i = 0; i < prompts.size(); ++i) {
    std::copy(prompts[i].begin(), prompts[i].end(), tokens.data_ptr<int64_t>() + i * length);
  }
  return tokens;
}

}  // namespace

Generator::Generator(const Qwen2& model, at::ScalarType working_type)
    : model_(model), working_type_(working_type) {
  const torch::autograd::AutoGradMode no_gradients(false);
  weights_ = CastMatrices(model.weights(), working_type);
}

void Generator::Allocate(int64_t n_rows, int64_t capacity) {
  const Qwen2Config& config = model_.config();
  const at::TensorOptions options =
      model_.weights().embedding.options().dtype(working_type_).requires_grad(false);
  caches_.clear();
  for (int64_t i = 0; i < config.n_layers; ++i) {
    const auto empty = [&] {
      return at::zeros({n_rows, config.n_kv_heads, capacity, config.head_dim}, options);
    };
    caches_.push_back({empty(), empty()});
  }
}

void Generator::KeepRows(const at::Tensor& rows) {
  for (Cache& cache : caches_) {
    cache.k = cache.k.index_select(0, rows);
    cache.v = cache.v.index_select(0, rows);
  }
}

// qkv [n_rows * n, width], positions [n_rows, n]. Keys beyond a query's position are not its own
// past (padding, or nothing yet) and are masked.
at::Tensor Generator::Attend(Cache& cache, const at::Tensor& qkv, const at::Tensor& bias,
                             const at::Tensor& positions, int64_t n_keys) {
  const Qwen2Config& config = model_.config();
  const int64_t n_rows = positions.size(0);
  const int64_t n = positions.size(1);
  const int64_t group = config.n_heads / config.n_kv_heads;
  const at::Tensor heads =
      (qkv.to(at::kFloat) + bias).view({n_rows, n, -1, config.head_dim}).transpose(1, 2);
  const at::Tensor cosine = model_.rotary().cosine.index({positions}).unsqueeze(1);
  const at::Tensor sine = model_.rotary().sine.index({positions}).unsqueeze(1);
  const auto parts =
      heads.split_with_sizes({config.n_heads, config.n_kv_heads, config.n_kv_heads}, 1);
  const at::Tensor where =
      positions.view({n_rows, 1, n, 1}).expand({n_rows, config.n_kv_heads, n, config.head_dim});
  cache.k.scatter_(2, where, plain::Rotate(parts[1], cosine, sine).to(working_type_));
  cache.v.scatter_(2, where, parts[2].to(working_type_));
  const double scale = 1.0 / std::sqrt(static_cast<double>(config.head_dim));
  const at::Tensor q = (plain::Rotate(parts[0], cosine, sine) * scale)
                           .to(working_type_)
                           .view({n_rows, config.n_kv_heads, group * n, config.head_dim});
  const at::Tensor k = cache.k.slice(2, 0, n_keys);
  const at::Tensor v = cache.v.slice(2, 0, n_keys);
  const at::Tensor hidden =
      at::arange(n_keys, positions.options()).view({1, 1, n_keys}) > positions.unsqueeze(2);
  const at::Tensor scores = at::matmul(q, k.transpose(2, 3))
                                .to(at::kFloat)
                                .view({n_rows, config.n_heads, n, n_keys})
                                .masked_fill(hidden.unsqueeze(1), -INFINITY);
  return at::matmul(scores.softmax(-1)
                        .to(working_type_)
                        .view({n_rows, config.n_kv_heads, group * n, n_keys}),
                    v)
      .view({n_rows, config.n_heads, n, config.head_dim})
      .transpose(1, 2)
      .reshape({n_rows * n, config.q_size()});
}

at::Tensor Generator::Forward(const at::Tensor& tokens, const at::Tensor& starts) {
  const Qwen2Config& config = model_.config();
  const int64_t n = tokens.size(1);
  const at::Tensor positions = starts.unsqueeze(1) + at::arange(n, starts.options());
  const int64_t capacity = caches_[0].k.size(2);
  const int64_t n_keys = std::min(capacity, RoundUp(starts.max().item<int64_t>() + n));
  at::Tensor x = at::embedding(weights_.embedding, tokens).view({-1, config.hidden_size});
  at::Tensor delta;
  at::Tensor normed;
  for (size_t i = 0; i < weights_.layers.size(); ++i) {
    const LayerWeights& layer = weights_.layers[i];
    std::tie(x, normed) = AddNorm(x, delta, layer.input_norm, config.rms_norm_eps, working_type_);
    const at::Tensor attended =
        Attend(caches_[i], at::linear(normed, layer.qkv_weight), layer.qkv_bias, positions, n_keys);
    delta = at::linear(attended, layer.o_weight);
    std::tie(x, normed) = AddNorm(x, delta, layer.post_norm, config.rms_norm_eps, working_type_);
    delta = at::linear(SwiGlu(at::linear(normed, layer.gate_up_weight)), layer.down_weight);
  }
  return AddNorm(x, delta, weights_.final_norm, config.rms_norm_eps, working_type_)
      .second.view({tokens.size(0), n, config.hidden_size});
}

std::vector<std::vector<text::TokenId>> Generator::Generate(
    const std::vector<std::vector<text::TokenId>>& prompts,
    const std::vector<text::TokenId>& stop_tokens, int64_t n_tokens_max) {
  const torch::autograd::AutoGradMode no_gradients(false);
  const at::Device device = model_.device();
  const at::Tensor prompt_tokens = PadPrompts(prompts).to(device);
  n_tokens_max = std::min(n_tokens_max, model_.config().max_positions - prompt_tokens.size(1));
  Allocate(prompt_tokens.size(0), RoundUp(prompt_tokens.size(1) + n_tokens_max));
  std::vector<int64_t> lengths;
  for (const auto& prompt : prompts) lengths.push_back(static_cast<int64_t>(prompt.size()));
  at::Tensor positions = at::tensor(lengths, at::kLong).to(device);

  // The state of each prompt's last token.
  const int64_t width = model_.config().hidden_size;
  at::Tensor hidden = Forward(prompt_tokens, at::zeros_like(positions))
                          .gather(1, (positions - 1).view({-1, 1, 1}).expand({-1, 1, width}))
                          .squeeze(1);
  std::vector<std::vector<text::TokenId>> replies(prompts.size());
  std::vector<size_t> rows(prompts.size());  // the prompt that each row of the batch continues
  std::iota(rows.begin(), rows.end(), size_t{0});
  for (int64_t step = 0; step < n_tokens_max; ++step) {
    at::Tensor next = at::linear(hidden, weights_.head).argmax(-1);
    const at::Tensor on_cpu = next.to(at::kCPU);
    std::vector<int64_t> running;
    for (size_t row = 0; row < rows.size(); ++row) {
      const auto token = static_cast<text::TokenId>(on_cpu.data_ptr<int64_t>()[row]);
      std::vector<text::TokenId>& reply = replies[rows[row]];
      const auto is_stop = [&](text::TokenId id) {
        return std::find(stop_tokens.begin(), stop_tokens.end(), id) != stop_tokens.end();
      };
      if (!reply.empty() && is_stop(reply.back())) continue;
      reply.push_back(token);
      if (!is_stop(token)) running.push_back(static_cast<int64_t>(row));
    }
    if (running.empty()) break;
    // Finished rows are dropped when they are many: dropping copies the cache.
    if (running.size() * 4 <= rows.size() * 3) {
      const at::Tensor kept = at::tensor(running, at::kLong).to(device);
      KeepRows(kept);
      next = next.index_select(0, kept);
      positions = positions.index_select(0, kept);
      std::vector<size_t> kept_rows;
      for (const int64_t row : running) kept_rows.push_back(rows[static_cast<size_t>(row)]);
      rows = std::move(kept_rows);
    }
    hidden = Forward(next.unsqueeze(1), positions).squeeze(1);
    positions = positions + 1;
  }
  return replies;
}

}  // namespace lemma::train
