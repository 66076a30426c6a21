#include "inference/model/key_balance.h"

#include <algorithm>
#include <cmath>

namespace lemma::model {
namespace {

constexpr int kExponentMax = 16;

// Of each row of a projection: what its output is in the mean, squared. The bias is its own; of the
// rest the head's mean counts, as what comes in is not as even as the norm makes it look.
Result<std::vector<double>> MeanSquares(const LayerTensor& tensor, const std::string& projection,
                                        const std::vector<float>& norm, size_t head_dim) {
  LEMMA_ASSIGN_OR_RETURN(const std::vector<float> weight, tensor(projection + ".weight"));
  LEMMA_ASSIGN_OR_RETURN(const std::vector<float> bias, tensor(projection + ".bias"));
  std::vector<double> squares;
  for (size_t row = 0; row < bias.size(); row += head_dim) {
    double of_head = 0;
    for (size_t i = row; i < row + head_dim; ++i) {
      const float* w = weight.data() + i * norm.size();
      for (size_t j = 0; j < norm.size(); ++j) of_head += std::pow(double{w[j]} * norm[j], 2);
    }
    for (size_t i = row; i < row + head_dim; ++i) {
      squares.push_back(double{bias[i]} * bias[i] + of_head / static_cast<double>(head_dim));
    }
  }
  return squares;
}

// The power of two that is nearest to the fourth root of k / q.
float FactorOf(double k, double q) {
  const double exponent = std::round(std::log2(k / q) / 4);
  if (!std::isfinite(exponent)) return 1;  // one of them is nothing
  return std::ldexp(1.0f, std::clamp(static_cast<int>(exponent), -kExponentMax, kExponentMax));
}

}  // namespace

Result<KeyBalance> BalanceKeys(const ModelConfig& config, const LayerTensor& tensor) {
  LEMMA_ASSIGN_OR_RETURN(const std::vector<float> norm, tensor("input_layernorm.weight"));
  const auto head_dim = static_cast<size_t>(config.head_dim), half = head_dim / 2;
  LEMMA_ASSIGN_OR_RETURN(const auto q, MeanSquares(tensor, "self_attn.q_proj", norm, head_dim));
  LEMMA_ASSIGN_OR_RETURN(const auto k, MeanSquares(tensor, "self_attn.k_proj", norm, head_dim));
  const auto group = static_cast<size_t>(config.n_heads / config.n_kv_heads);
  const auto of_pair = [&](const std::vector<double>& squares, size_t head, size_t pair) {
    return squares[head * head_dim + pair] + squares[head * head_dim + pair + half];
  };
  KeyBalance balance = {std::vector<float>(q.size()), std::vector<float>(k.size())};
  for (size_t kv_head = 0; kv_head < static_cast<size_t>(config.n_kv_heads); ++kv_head) {
    for (size_t channel = 0; channel < head_dim; ++channel) {
      double queries = 0;  // the mean over the heads that share the key
      for (size_t i = 0; i < group; ++i) queries += of_pair(q, kv_head * group + i, channel % half);
      const float factor =
          FactorOf(of_pair(k, kv_head, channel % half), queries / static_cast<double>(group));
      balance.k[kv_head * head_dim + channel] = 1 / factor;
      for (size_t i = 0; i < group; ++i) {
        balance.q[(kv_head * group + i) * head_dim + channel] = factor;
      }
    }
  }
  return balance;
}

}  // namespace lemma::model
