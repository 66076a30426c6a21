// Properties: log probabilities and entropy are of what the model gave, whatever is drawn from it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "inference/engine/sampler.h"
#include "inference/kernels/test_isas.h"

namespace lemma::engine {
namespace {

Sampler MakeSampler(int32_t vocab_size) {
  return Sampler(vocab_size, kernels::KernelsFor(kernels::TestedIsas().back()));
}

TEST(SamplerLogprobs, AreOfTheRawDistribution) {
  constexpr int32_t kVocab = 300;
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(kVocab);
  for (float& logit : logits) logit = normal(random);
  logits[7] = logits[9] = 11.0f;  // a tie for the first place
  double total = 0;
  for (const float logit : logits) total += std::exp(double{logit});
  SamplingParams params;
  params.temperature = 2.0f;
  params.top_p = 0.9f;
  params.logit_bias = {{7, -100.0f}};
  params.n_logprobs = 20;
  Sampler sampler = MakeSampler(kVocab);
  const std::vector<TokenId> tokens = {0};
  const auto sampled = sampler.Sample(logits, params, {.tokens = tokens, .n_prompt = 1});
  ASSERT_TRUE(sampled.ok());
  EXPECT_NEAR(sampled->logprob, logits[static_cast<size_t>(sampled->token)] - std::log(total),
              1e-5);
  double entropy = 0;
  for (const float logit : logits) {
    entropy -= std::exp(logit) / total * (logit - std::log(total));
  }
  EXPECT_NEAR(sampled->entropy, entropy, 1e-5) << "of what the model gave, whatever is drawn";
  ASSERT_EQ(sampled->top_logprobs.size(), 20u);
  EXPECT_EQ(sampled->top_logprobs[0].token, 7);
  EXPECT_EQ(sampled->top_logprobs[1].token, 9);
  std::vector<float> sorted = logits;
  std::sort(sorted.rbegin(), sorted.rend());
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(sampled->top_logprobs[i].logprob, sorted[i] - std::log(total), 1e-5);
  }
}

TEST(SamplerLogprobs, ImpossibleTokensAddNoEntropy) {
  const float none = -std::numeric_limits<float>::infinity();
  const std::vector<float> logits = {1, none, 1, -1e30f, 1, 1};
  SamplingParams params;
  params.n_logprobs = 0;
  Sampler sampler = MakeSampler(6);
  const auto sampled = sampler.Take(logits, params, 0);
  ASSERT_TRUE(sampled.ok());
  EXPECT_NEAR(sampled->entropy, std::log(4.0), 1e-6);
}

}  // namespace
}  // namespace lemma::engine
