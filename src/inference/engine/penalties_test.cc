#include "inference/engine/penalties.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace lemma::engine {
namespace {

// The formulas, token by token.
std::vector<float> Naive(const SamplingParams& params, const std::vector<TokenId>& tokens,
                         int32_t n_prompt, std::vector<float> logits) {
  for (size_t v = 0; v < logits.size(); ++v) {
    const TokenId token = static_cast<TokenId>(v);
    const auto n_all = std::count(tokens.begin(), tokens.end(), token);
    const auto n_output = std::count(tokens.begin() + n_prompt, tokens.end(), token);
    float& l = logits[v];
    if (n_all > 0) l = l > 0 ? l / params.repetition_penalty : l * params.repetition_penalty;
    if (n_output > 0) {
      l -= params.presence_penalty + params.frequency_penalty * static_cast<float>(n_output);
    }
    for (const auto& [biased, bias] : params.logit_bias) l += biased == token ? bias : 0;
  }
  return logits;
}

TEST(Penalties, EqualTheFormulasAndLeaveNoTrace) {
  constexpr int32_t kVocab = 50;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> real(-2, 2);
  Penalties penalties(kVocab);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<float> logits(kVocab);
    for (float& logit : logits) logit = real(random);
    std::vector<TokenId> tokens(1 + random() % 60);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % kVocab);
    const int32_t n_prompt = static_cast<int32_t>(random() % (tokens.size() + 1));
    SamplingParams params;
    if (trial % 2 == 0) params.repetition_penalty = 1.5f + real(random) / 2;
    if (trial % 3 == 0) params.presence_penalty = real(random);
    if (trial % 5 == 0) params.frequency_penalty = real(random);
    if (trial % 7 == 0) params.logit_bias = {{3, -100.0f}, {4, 2.5f}};
    const std::vector<float> expected = Naive(params, tokens, n_prompt, logits);
    EXPECT_TRUE(Penalties::Any(params) || expected == logits) << trial;
    penalties.Apply(params, tokens, n_prompt, logits);
    EXPECT_EQ(logits, expected) << trial;
  }
}

TEST(Penalties, NeutralValuesAreNone) { EXPECT_FALSE(Penalties::Any(SamplingParams{})); }

}  // namespace
}  // namespace lemma::engine
