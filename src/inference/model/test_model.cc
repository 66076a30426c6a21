#include "inference/model/test_model.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "inference/kernels/float16.h"
#include "inference/kernels/isa.h"
#include "inference/model/key_balance.h"

namespace lemma::model {
namespace {

using Vector = std::vector<double>;

Vector Times(const std::vector<float>& matrix, const Vector& x) {
  Vector out(matrix.size() / x.size());
  for (size_t r = 0; r < out.size(); ++r) {
    for (size_t c = 0; c < x.size(); ++c) out[r] += matrix[r * x.size() + c] * x[c];
  }
  return out;
}

void AddTo(Vector& x, const Vector& y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

Vector Plus(Vector x, const std::vector<float>& bias) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += bias[i];
  return x;
}

Vector Norm(const Vector& x, const std::vector<float>& weight, double eps) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  Vector out(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    out[i] = x[i] / std::sqrt(squares / static_cast<double>(x.size()) + eps) * weight[i];
  }
  return out;
}

// RoPE on each head of x, as Hugging Face's rotate_half has it.
void Rotate(Vector& x, size_t head_dim, double theta, double position) {
  for (size_t head = 0; head < x.size(); head += head_dim) {
    for (size_t i = 0; i < head_dim / 2; ++i) {
      const double angle = position * std::pow(theta, -2.0 * double(i) / double(head_dim));
      double& a = x[head + i];
      double& b = x[head + i + head_dim / 2];
      const double a_before = a;
      a = a * std::cos(angle) - b * std::sin(angle);
      b = b * std::cos(angle) + a_before * std::sin(angle);
    }
  }
}

// The heads of one query row over all keys and values so far.
Vector Attend(const ModelConfig& c, const Vector& q, const std::vector<Vector>& keys,
              const std::vector<Vector>& values) {
  const auto head_dim = static_cast<size_t>(c.head_dim);
  Vector out(q.size());
  for (size_t head = 0; head < static_cast<size_t>(c.n_heads); ++head) {
    const size_t kv = head / static_cast<size_t>(c.n_heads / c.n_kv_heads) * head_dim;
    Vector weights;
    for (const Vector& key : keys) {
      double score = 0;
      for (size_t i = 0; i < head_dim; ++i) score += q[head * head_dim + i] * key[kv + i];
      weights.push_back(score / std::sqrt(double(head_dim)));
    }
    const double maximum = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (double& weight : weights) total += weight = std::exp(weight - maximum);
    for (size_t t = 0; t < values.size(); ++t) {
      for (size_t i = 0; i < head_dim; ++i) {
        out[head * head_dim + i] += weights[t] / total * values[t][kv + i];
      }
    }
  }
  return out;
}

// One layer on all positions of a sequence, in place.
void RunLayer(const ModelConfig& c, const Tensors& tensors, const std::string& layer,
              std::vector<Vector>& rows) {
  const auto tensor = [&](const char* name) -> const std::vector<float>& {
    return tensors.at(layer + name);
  };
  std::vector<Vector> keys, values;
  for (size_t t = 0; t < rows.size(); ++t) {
    const Vector x = Norm(rows[t], tensor("input_layernorm.weight"), c.rms_norm_eps);
    Vector q = Plus(Times(tensor("self_attn.q_proj.weight"), x), tensor("self_attn.q_proj.bias"));
    Vector k = Plus(Times(tensor("self_attn.k_proj.weight"), x), tensor("self_attn.k_proj.bias"));
    Rotate(q, static_cast<size_t>(c.head_dim), c.rope_theta, double(t));
    Rotate(k, static_cast<size_t>(c.head_dim), c.rope_theta, double(t));
    keys.push_back(k);
    values.push_back(
        Plus(Times(tensor("self_attn.v_proj.weight"), x), tensor("self_attn.v_proj.bias")));
    AddTo(rows[t], Times(tensor("self_attn.o_proj.weight"), Attend(c, q, keys, values)));

    const Vector y = Norm(rows[t], tensor("post_attention_layernorm.weight"), c.rms_norm_eps);
    Vector gate = Times(tensor("mlp.gate_proj.weight"), y);
    const Vector up = Times(tensor("mlp.up_proj.weight"), y);
    for (size_t i = 0; i < gate.size(); ++i) gate[i] *= up[i] / (1 + std::exp(-gate[i]));
    AddTo(rows[t], Times(tensor("mlp.down_proj.weight"), gate));
  }
}

}  // namespace

ModelConfig TinyConfig(int32_t n_heads, int32_t n_kv_heads, bool tied_embeddings) {
  ModelConfig config;
  config.n_layers = 2;
  config.hidden_size = 40;
  config.intermediate_size = 70;
  config.n_heads = n_heads;
  config.n_kv_heads = n_kv_heads;
  config.head_dim = 20;
  config.vocab_size = 83;
  config.context_length_max = 512;
  config.rms_norm_eps = 1e-6f;
  config.rope_theta = 1e4f;
  config.tied_embeddings = tied_embeddings;
  return config;
}

Tensors RandomTensors(const ModelConfig& config, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Tensors tensors;
  for (const TensorSlot& slot : LayWeights(config, kernels::WeightFormat::kF32).slots) {
    const bool is_norm = slot.name.find("norm") != std::string::npos;
    int64_t n = 1;
    for (const int64_t size : slot.shape) n *= size;
    const float scale = slot.is_matrix() ? std::sqrt(3.0f / float(slot.shape[1])) : 0.5f;
    std::vector<float>& values = tensors[slot.name];
    for (int64_t i = 0; i < n; ++i) {
      const float value = scale * uniform(random) + (is_norm ? 1.0f : 0.0f);
      values.push_back(kernels::Bf16ToFloat(kernels::FloatToBf16(value)));
    }
  }
  return tensors;
}

namespace {

void BalanceLayer(const ModelConfig& config, const Tensors& tensors, const std::string& layer,
                  std::vector<TensorSlot>& slots) {
  const KeyBalance balance =
      BalanceKeys(config, [&](const std::string& name) -> Result<std::vector<float>> {
        return tensors.at(layer + name);
      }).value();
  for (TensorSlot& slot : slots) {
    if (slot.name.starts_with(layer + "self_attn.q_proj")) slot.row_factors = balance.q;
    if (slot.name.starts_with(layer + "self_attn.k_proj")) slot.row_factors = balance.k;
  }
}

}  // namespace

Weights MakeWeights(const ModelConfig& config, kernels::WeightFormat format, const Tensors& tensors,
                    bool is_balanced) {
  Weights weights = AllocateWeights(config, format).value();
  for (int32_t layer = 0; is_balanced && layer < config.n_layers; ++layer) {
    BalanceLayer(config, tensors, "model.layers." + std::to_string(layer) + ".", weights.slots);
  }
  for (const TensorSlot& slot : weights.slots) {
    const std::vector<float>& values = tensors.at(slot.name);
    std::vector<uint16_t> bf16(values.size());
    std::transform(values.begin(), values.end(), bf16.begin(), kernels::FloatToBf16);
    StoreRows(slot, Dtype::kBf16, reinterpret_cast<const std::byte*>(bf16.data()), 0,
              slot.shape[0]);
  }
  return weights;
}

std::unique_ptr<CpuBackend> MakeBackend(const ModelConfig& config, const Tensors& tensors,
                                        kernels::WeightFormat format, kernels::Isa isa,
                                        int n_threads,
                                        std::optional<kernels::WeightFormat> kv_format,
                                        bool is_balanced) {
  CpuBackendOptions options;
  options.kv_format = kv_format;
  options.kv_bytes_max =
      static_cast<uint64_t>(KvCache::PageBytes(config, kv_format.value_or(format))) * 24;
  options.logit_rows_max = options.batch_rows_max;
  return CpuBackend::Create(config, MakeWeights(config, format, tensors, is_balanced),
                            kernels::KernelsFor(isa), std::make_unique<ThreadPool>(n_threads),
                            options)
      .value();
}

std::vector<double> ReferenceLogits(const ModelConfig& config, const Tensors& tensors,
                                    std::span<const TokenId> tokens) {
  const std::vector<float>& embedding = tensors.at("model.embed_tokens.weight");
  std::vector<Vector> rows;
  for (const TokenId token : tokens) {
    const auto at = embedding.begin() + token * config.hidden_size;
    rows.emplace_back(at, at + config.hidden_size);
  }
  for (int32_t i = 0; i < config.n_layers; ++i) {
    RunLayer(config, tensors, "model.layers." + std::to_string(i) + ".", rows);
  }
  std::vector<double> logits;
  for (const Vector& row : rows) {
    const Vector of_row = Times(config.tied_embeddings ? embedding : tensors.at("lm_head.weight"),
                                Norm(row, tensors.at("model.norm.weight"), config.rms_norm_eps));
    logits.insert(logits.end(), of_row.begin(), of_row.end());
  }
  return logits;
}

}  // namespace lemma::model
