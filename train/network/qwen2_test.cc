// The network against a naive one in double precision, written from the formulas alone.
#include "train/network/qwen2.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "train/network/generator.h"

namespace lemma::train {
namespace {

using Row = std::vector<double>;

Qwen2Config TinyConfig(bool tied) {
  Qwen2Config config;
  config.vocab_size = 23;
  config.hidden_size = 12;
  config.intermediate_size = 20;
  config.n_layers = 2;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_dim = 6;
  config.max_positions = 64;
  config.tied_embeddings = tied;
  return config;
}

// Weights large enough that every part of the network matters.
Qwen2 TinyModel(bool tied) {
  at::manual_seed(5);
  Qwen2 model = Qwen2::Random(TinyConfig(tied), at::kCPU);
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    weight.tensor->add_(at::empty_like(*weight.tensor).normal_() * 0.3);
  }
  return model;
}

double At(const at::Tensor& matrix, int64_t row, int64_t column) {
  return matrix.data_ptr<float>()[row * matrix.size(1) + column];
}
double At(const at::Tensor& vector, int64_t i) { return vector.data_ptr<float>()[i]; }

Row Multiply(const at::Tensor& matrix, const Row& x) {
  Row out(static_cast<size_t>(matrix.size(0)), 0.0);
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t j = 0; j < x.size(); ++j) out[i] += At(matrix, i, j) * x[j];
  }
  return out;
}

Row Norm(const Row& x, const at::Tensor& weight, double eps) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  Row out(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    out[i] = x[i] / std::sqrt(squares / static_cast<double>(x.size()) + eps) * At(weight, i);
  }
  return out;
}

void Add(Row& x, const Row& y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

// Rotates the pairs (i, i + dim / 2) of one head by position * theta^(-2i / dim).
void Rotate(double* head, int64_t dim, int64_t position, double theta) {
  for (int64_t i = 0; i < dim / 2; ++i) {
    const double angle =
        static_cast<double>(position) * std::pow(theta, -2.0 * static_cast<double>(i) / dim);
    const double a = head[i], b = head[i + dim / 2];
    head[i] = a * std::cos(angle) - b * std::sin(angle);
    head[i + dim / 2] = b * std::cos(angle) + a * std::sin(angle);
  }
}

// What one query head draws from the tokens up to its own.
Row AttendHead(const std::vector<Row>& qkv, const Qwen2Config& c, int64_t token, int64_t head) {
  const int64_t k_offset = (c.n_heads + head / (c.n_heads / c.n_kv_heads)) * c.head_dim;
  const int64_t v_offset = k_offset + c.n_kv_heads * c.head_dim;
  Row weights;
  double total = 0;
  for (int64_t past = 0; past <= token; ++past) {
    double score = 0;
    for (int64_t i = 0; i < c.head_dim; ++i) {
      score += qkv[token][head * c.head_dim + i] * qkv[past][k_offset + i];
    }
    weights.push_back(std::exp(score / std::sqrt(static_cast<double>(c.head_dim))));
    total += weights.back();
  }
  Row out(static_cast<size_t>(c.head_dim), 0.0);
  for (int64_t past = 0; past <= token; ++past) {
    for (int64_t i = 0; i < c.head_dim; ++i) {
      out[i] += weights[past] / total * qkv[past][v_offset + i];
    }
  }
  return out;
}

std::vector<Row> NaiveLogits(const Qwen2& model, const std::vector<int64_t>& tokens) {
  const Qwen2Config& c = model.config();
  const Weights& w = model.weights();
  std::vector<Row> x;
  for (const int64_t token : tokens) {
    x.emplace_back();
    for (int64_t i = 0; i < c.hidden_size; ++i) x.back().push_back(At(w.embedding, token, i));
  }
  for (const LayerWeights& layer : w.layers) {
    std::vector<Row> qkv;
    for (size_t t = 0; t < x.size(); ++t) {
      qkv.push_back(Multiply(layer.qkv_weight, Norm(x[t], layer.input_norm, c.rms_norm_eps)));
      for (size_t i = 0; i < qkv[t].size(); ++i) qkv[t][i] += At(layer.qkv_bias, i);
      for (int64_t head = 0; head < c.n_heads + c.n_kv_heads; ++head) {
        Rotate(&qkv[t][head * c.head_dim], c.head_dim, static_cast<int64_t>(t), c.rope_theta);
      }
    }
    for (size_t t = 0; t < x.size(); ++t) {
      Row attended;
      for (int64_t head = 0; head < c.n_heads; ++head) {
        const Row one = AttendHead(qkv, c, static_cast<int64_t>(t), head);
        attended.insert(attended.end(), one.begin(), one.end());
      }
      Add(x[t], Multiply(layer.o_weight, attended));
      const Row gate_up =
          Multiply(layer.gate_up_weight, Norm(x[t], layer.post_norm, c.rms_norm_eps));
      Row inner(static_cast<size_t>(c.intermediate_size));
      for (size_t i = 0; i < inner.size(); ++i) {
        inner[i] = gate_up[i] / (1 + std::exp(-gate_up[i])) * gate_up[inner.size() + i];
      }
      Add(x[t], Multiply(layer.down_weight, inner));
    }
  }
  std::vector<Row> logits;
  for (const Row& row : x) {
    logits.push_back(Multiply(w.head, Norm(row, w.final_norm, c.rms_norm_eps)));
  }
  return logits;
}

const std::vector<int64_t> kTokens = {3, 1, 4, 1, 5, 9, 2, 6};

double NaiveLoss(const Qwen2& model) {
  const std::vector<Row> logits = NaiveLogits(model, kTokens);
  double loss = 0;
  for (size_t t = 0; t + 1 < kTokens.size(); ++t) {
    double total = 0;
    for (const double logit : logits[t]) total += std::exp(logit);
    loss += std::log(total) - logits[t][kTokens[t + 1]];
  }
  return loss;
}

Batch TinyBatch() {
  const at::Tensor tokens = at::tensor(kTokens, at::kLong).unsqueeze(0);
  const int64_t n_targets = static_cast<int64_t>(kTokens.size()) - 1;
  return {tokens, at::arange(n_targets, at::kLong), tokens.view({-1}).slice(0, 1).contiguous()};
}

TEST(Qwen2, LogitsAreTheNaiveOnes) {
  for (const bool tied : {true, false}) {
    const Qwen2 model = TinyModel(tied);
    const std::vector<Row> naive = NaiveLogits(model, kTokens);
    const at::Tensor logits = model.Logits(at::tensor(kTokens, at::kLong).unsqueeze(0), at::kFloat);
    for (size_t t = 0; t < naive.size(); ++t) {
      for (size_t i = 0; i < naive[t].size(); ++i) {
        EXPECT_NEAR(logits[0][t][i].item<double>(), naive[t][i], 1e-4) << t << ", " << i;
      }
    }
  }
}

TEST(Qwen2, GradientsAreTheNaiveLossesSlopes) {
  Qwen2 model = TinyModel(/*tied=*/true);
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    weight.tensor->set_requires_grad(true);
  }
  const at::Tensor loss = model.Loss(TinyBatch(), at::kFloat);
  EXPECT_NEAR(loss.item<double>(), NaiveLoss(model), 1e-3);
  loss.backward();
  constexpr float kStep = 1.0f / 256;
  for (const NamedWeight& weight : ListWeights(model.weights())) {
    float* values = weight.tensor->data_ptr<float>();
    for (const int64_t i : {int64_t{0}, weight.tensor->numel() / 2, weight.tensor->numel() - 1}) {
      const float value = values[i];
      values[i] = value + kStep;
      const double above = NaiveLoss(model);
      values[i] = value - kStep;
      const double below = NaiveLoss(model);
      values[i] = value;
      EXPECT_NEAR(weight.tensor->grad().view({-1})[i].item<double>(), (above - below) / (2 * kStep),
                  2e-3)
          << weight.name << "[" << i << "]";
    }
  }
}

TEST(Qwen2, PaddingAtTheEndChangesNothingBefore) {
  const Qwen2 model = TinyModel(/*tied=*/true);
  const at::Tensor tokens = at::tensor(kTokens, at::kLong).unsqueeze(0);
  const at::Tensor padded = at::cat({tokens, at::zeros({1, 5}, at::kLong)}, 1);
  const int64_t n = tokens.size(1);
  EXPECT_TRUE(at::allclose(model.Logits(tokens, at::kFloat),
                           model.Logits(padded, at::kFloat).slice(1, 0, n), 1e-5, 1e-5));
}

TEST(Generator, RepliesAreTheArgmaxOfWholeRecomputation) {
  const Qwen2 model = TinyModel(/*tied=*/true);
  const std::vector<std::vector<text::TokenId>> prompts = {
      {3, 1, 4}, {2}, {7, 7, 7, 7, 8, 9, 10}, {5, 6}};
  const std::vector<text::TokenId> stops = {11, 12};
  constexpr int64_t kReplyMax = 25;
  const auto replies = Generator(model, at::kFloat).Generate(prompts, stops, kReplyMax);
  ASSERT_EQ(replies.size(), prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) {
    std::vector<int64_t> tokens(prompts[i].begin(), prompts[i].end());
    std::vector<text::TokenId> wanted;
    while (static_cast<int64_t>(wanted.size()) < kReplyMax) {
      const at::Tensor logits =
          model.Logits(at::tensor(tokens, at::kLong).unsqueeze(0), at::kFloat);
      const int64_t next = logits[0][-1].argmax().item<int64_t>();
      tokens.push_back(next);
      wanted.push_back(static_cast<text::TokenId>(next));
      if (next == stops[0] || next == stops[1]) break;
    }
    EXPECT_EQ(replies[i], wanted) << "prompt " << i;
  }
}

}  // namespace
}  // namespace lemma::train
