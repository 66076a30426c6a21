#include "inference/engine/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "inference/engine/random.h"
#include "inference/kernels/test_isas.h"

namespace lemma::engine {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Sampler MakeSampler(size_t vocab_size, kernels::Isa isa = kernels::TestedIsas().back()) {
  return Sampler(static_cast<int32_t>(vocab_size), kernels::KernelsFor(isa));
}

// The slow truth: the probability of each token, by sorting everything in double precision.
std::vector<double> NaiveProbabilities(const std::vector<float>& logits,
                                       const SamplingParams& params) {
  const size_t n = logits.size();
  const double max = *std::max_element(logits.begin(), logits.end());
  std::vector<double> weights(n);
  for (size_t i = 0; i < n; ++i) weights[i] = std::exp((logits[i] - max) / params.temperature);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return weights[a] != weights[b] ? weights[a] > weights[b] : a < b;
  });
  size_t n_kept = n;
  if (params.top_k > 0) n_kept = std::min(n_kept, static_cast<size_t>(params.top_k));
  const auto mass = [&](size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += weights[order[i]];
    return sum;
  };
  if (params.top_p < 1) {
    const double target = params.top_p * mass(n_kept);
    size_t count = 1;
    double sum = weights[order[0]];
    while (count < n_kept && sum < target) sum += weights[order[count++]];
    n_kept = count;
  }
  while (weights[order[n_kept - 1]] < params.min_p) --n_kept;
  const double total = mass(n_kept);
  std::vector<double> probabilities(n, 0);
  for (size_t i = 0; i < n_kept; ++i) probabilities[order[i]] = weights[order[i]] / total;
  return probabilities;
}

// A draw at output position `i` of a prompt of one token.
TokenId DrawAt(Sampler& sampler, const std::vector<float>& logits, const SamplingParams& params,
               int32_t i) {
  static const std::vector<TokenId> tokens(300001, 0);
  const std::span<const TokenId> so_far(tokens.data(), static_cast<size_t>(i) + 1);
  return sampler.Sample(logits, params, {.tokens = so_far, .n_prompt = 1})->token;
}

std::vector<SamplingParams> TruncationsOf(float temperature) {
  std::vector<SamplingParams> all;
  for (const int32_t top_k : {0, 1, 5}) {
    for (const float top_p : {1.0f, 0.95f, 0.6f, 0.01f}) {
      for (const float min_p : {0.0f, 0.1f, 1.0f}) {
        SamplingParams params;
        params.temperature = temperature;
        params.top_k = top_k;
        params.top_p = top_p;
        params.min_p = min_p;
        params.seed = all.size();
        all.push_back(params);
      }
    }
  }
  return all;
}

TEST(Philox, KnownAnswers) {  // Random123's kat_vectors
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(TokenRandom, StreamsOfSeedSamplePositionAndAttemptDiffer) {
  std::set<double> values;
  for (const uint64_t seed : {0ull, 1ull, 1ull << 32, 1ull << 63}) {
    for (int32_t sample = 0; sample < 8; ++sample) {
      for (int32_t position = 0; position < 100; ++position) {
        for (int32_t attempt = 0; attempt < 4; ++attempt) {
          const double value = TokenRandom{seed, sample, position}.Uniform(attempt);
          EXPECT_GE(value, 0);
          EXPECT_LT(value, 1);
          values.insert(value);
        }
      }
    }
  }
  EXPECT_EQ(values.size(), 4u * 8 * 100 * 4);
}

TEST(Sampler, DrawsFollowTheDistribution) {
  std::vector<float> logits = {1.5f, 0.2f, -1, 0.7f, 2.0f, 0.2f, -3, 1.1f, 0.2f, -kInfinity};
  constexpr int kDraws = 20000;
  Sampler sampler = MakeSampler(logits.size());
  for (const float temperature : {0.6f, 1.0f, 2.0f}) {
    for (const SamplingParams& params : TruncationsOf(temperature)) {
      const std::vector<double> expected = NaiveProbabilities(logits, params);
      std::vector<int> counts(logits.size(), 0);
      for (int i = 0; i < kDraws; ++i) {
        ++counts[static_cast<size_t>(DrawAt(sampler, logits, params, i))];
      }
      double chi_square = 0;
      for (size_t i = 0; i < logits.size(); ++i) {
        if (expected[i] == 0) {
          ASSERT_EQ(counts[i], 0) << "token " << i << " was truncated";
        } else {
          chi_square += std::pow(counts[i] - kDraws * expected[i], 2) / (kDraws * expected[i]);
        }
      }
      EXPECT_LT(chi_square, 33.7)  // p = 0.0001 at 9 degrees of freedom
          << params.temperature << " " << params.top_k << " " << params.top_p;
    }
  }
}

// The probabilities of tokens side by side from 0.
class Intervals {
 public:
  explicit Intervals(const std::vector<double>& probabilities) : ends_(probabilities) {
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
  }
  size_t TokenAt(double uniform) const {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), uniform);
    return std::min(static_cast<size_t>(end - ends_.begin()), ends_.size() - 1);
  }
  // As far as rounding lets one tell.
  bool MayBeAt(size_t token, double uniform) const {
    constexpr double kRounding = 1e-6;
    const double begin = token == 0 ? 0 : ends_[token - 1];
    return uniform > begin - kRounding && uniform < ends_[token] + kRounding;
  }
  bool IsCertain(double uniform) const {
    const size_t token = TokenAt(uniform);
    return (token == 0 || !MayBeAt(token - 1, uniform)) &&
           (token + 1 == ends_.size() || !MayBeAt(token + 1, uniform));
  }

 private:
  std::vector<double> ends_;
};

// Same random numbers, same token: the set and the order of the draw equal the full sort's.
void ExpectEqualToNaive(const std::vector<float>& logits, const SamplingParams& params,
                        int n_draws) {
  Sampler sampler = MakeSampler(logits.size());
  SamplingParams all_tokens;
  all_tokens.temperature = params.temperature;
  const std::vector<double> probabilities = NaiveProbabilities(logits, params);
  const Intervals kept(probabilities), all(NaiveProbabilities(logits, all_tokens));
  const bool has_top_k = params.top_k > 0 && params.top_k < static_cast<int32_t>(logits.size());
  for (int i = 0; i < n_draws; ++i) {
    const TokenRandom random{params.seed, 0, i};
    const size_t token = static_cast<size_t>(DrawAt(sampler, logits, params, i));
    ASSERT_GT(probabilities[token], 0) << "token " << token << " was truncated";
    int32_t attempt = 0;
    if (!has_top_k) {
      while (attempt < Sampler::kAttemptsMax && !all.MayBeAt(token, random.Uniform(attempt))) {
        const double uniform = random.Uniform(attempt++);
        ASSERT_TRUE(probabilities[all.TokenAt(uniform)] == 0 || !all.IsCertain(uniform));
      }
      if (attempt < Sampler::kAttemptsMax) continue;
    }
    ASSERT_TRUE(kept.MayBeAt(token, random.Uniform(attempt)));
  }
}

TEST(Sampler, TruncationEqualsTheFullSortOnRandomLogits) {
  std::mt19937 random(11);
  for (const float spread : {0.5f, 4.0f, 12.0f}) {
    std::normal_distribution<float> normal(0, spread);
    for (const size_t n : {2u, 7u, 64u, 1001u}) {
      std::vector<float> logits(n);
      for (float& logit : logits) logit = normal(random);
      for (const SamplingParams& params : TruncationsOf(1.0f)) {
        ExpectEqualToNaive(logits, params, 50);
      }
    }
  }
}

TEST(Sampler, TruncationEqualsTheFullSortOnAdversarialLogits) {
  std::vector<std::vector<float>> cases;
  cases.push_back(std::vector<float>(1000, 0.0f));    // all equal
  cases.push_back(std::vector<float>(1000, -30.0f));  // one spike
  cases.back()[777] = 10.0f;
  cases.push_back(std::vector<float>(500, -kInfinity));  // two alternatives
  cases.back()[3] = cases.back()[499] = 1.0f;
  cases.push_back({});  // ties in blocks
  for (int i = 0; i < 900; ++i) cases.back().push_back(static_cast<float>(i / 300));
  cases.push_back({});  // ascending, descending
  for (int i = 0; i < 900; ++i) cases.back().push_back(static_cast<float>(i) * 0.01f);
  cases.push_back({cases.back().rbegin(), cases.back().rend()});
  cases.push_back({1.0f});                 // one token
  cases.push_back({-3e38f, 3e38f, 0.0f});  // the ends of the range
  for (const std::vector<float>& logits : cases) {
    for (const SamplingParams& params : TruncationsOf(1.0f)) ExpectEqualToNaive(logits, params, 50);
  }
}

// Chi-square over bins of about the same probability, from the most likely to the boundary.
void ExpectFrequenciesOf(const std::vector<double>& expected, const std::vector<int>& counts,
                         int n_draws) {
  constexpr int kBins = 20;
  std::vector<size_t> order(expected.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return expected[a] != expected[b] ? expected[a] > expected[b] : a < b;
  });
  double chi_square = 0, in_bin = 0, before = 0;
  int n_in_bin = 0;
  for (size_t i = 0; i < order.size() && expected[order[i]] > 0; ++i) {
    in_bin += expected[order[i]];
    n_in_bin += counts[order[i]];
    const bool is_last = i + 1 == order.size() || expected[order[i + 1]] == 0;
    if (!is_last && in_bin < 1.0 / kBins) continue;
    chi_square += std::pow(n_in_bin - n_draws * in_bin, 2) / (n_draws * in_bin);
    before += in_bin;
    in_bin = n_in_bin = 0;
  }
  EXPECT_NEAR(before, 1, 1e-6);
  EXPECT_LT(chi_square, 51.1);  // p = 0.0001 at 19 degrees of freedom
}

std::vector<float> NormalLogits(size_t n, float spread) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> logits(n);
  for (float& logit : logits) logit = normal(random);
  return logits;
}

class SamplerIsaTest : public testing::TestWithParam<kernels::Isa> {};

TEST_P(SamplerIsaTest, DrawsFollowTheNucleusOfPeakedFlatAndTiedLogits) {
  constexpr size_t kVocab = 1300;  // more than one block of sums
  constexpr int kDraws = 5000;
  std::vector<float> tied = NormalLogits(kVocab, 1.5f);
  for (float& logit : tied) logit = std::round(logit);
  Sampler sampler = MakeSampler(kVocab, GetParam());
  for (const auto& logits : {NormalLogits(kVocab, 4), NormalLogits(kVocab, 0.5f), tied,
                             std::vector<float>(kVocab, 2.0f)}) {
    for (const float top_p : {1.0f, 0.95f, 0.5f, 0.1f, 0.03f}) {  // at 0.03 a third is searched
      for (const float min_p : {0.0f, 0.3f}) {
        SamplingParams params;
        params.top_p = top_p;
        params.min_p = min_p;
        params.temperature = 0.9f;
        params.seed = 5;
        const std::vector<double> expected = NaiveProbabilities(logits, params);
        std::vector<int> counts(kVocab, 0);
        for (int i = 0; i < kDraws; ++i) {
          const size_t token = static_cast<size_t>(DrawAt(sampler, logits, params, i));
          ASSERT_GT(expected[token], 0) << token << " was truncated by " << top_p;
          ++counts[token];
        }
        ExpectFrequenciesOf(expected, counts, kDraws);
      }
    }
  }
}

TEST_P(SamplerIsaTest, SeedAndPositionGiveTheTokenOnEveryInstructionSet) {
  std::vector<float> logits(3000, -25.0f);  // together below 1e-7
  for (size_t i = 0; i < 30; ++i) logits[i * 100 + 7] = static_cast<float>(i % 6) * 0.7f;
  Sampler sampler = MakeSampler(logits.size(), GetParam());
  Sampler other = MakeSampler(logits.size(), kernels::Isa::kScalar);
  for (const float top_p : {1.0f, 0.9f, 0.3f}) {
    SamplingParams params;
    params.top_p = top_p;
    params.seed = 9;
    for (int i = 0; i < 500; ++i) {
      const TokenId token = DrawAt(sampler, logits, params, i);
      ASSERT_EQ(token, DrawAt(other, logits, params, i));
      ASSERT_EQ(token, DrawAt(sampler, logits, params, i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, SamplerIsaTest, testing::ValuesIn(kernels::TestedIsas()),
                         [](const auto& info) {
                           std::string name = kernels::IsaName(info.param);
                           std::erase(name, '-');
                           return name;
                         });

TEST(Sampler, TopPOfEqualLogitsKeepsTheLowestIds) {
  const std::vector<float> logits(100, 1.0f);
  SamplingParams params;
  params.top_p = 0.5f;
  Sampler sampler = MakeSampler(100);
  std::set<TokenId> drawn;
  for (int i = 0; i < 5000; ++i) drawn.insert(DrawAt(sampler, logits, params, i));
  EXPECT_EQ(drawn.size(), 50u);
  EXPECT_EQ(*drawn.rbegin(), 49);
}

TEST(Sampler, GreedyTakesTheLowestIdOfTheBest) {
  SamplingParams params;
  params.temperature = 0;
  for (const size_t n : {3u, 8u, 9u, 41u}) {
    std::vector<float> logits(n, -1.0f);
    logits[n - 1] = logits[n - 2] = 2.0f;
    Sampler sampler = MakeSampler(n);
    EXPECT_EQ(DrawAt(sampler, logits, params, 0), static_cast<TokenId>(n - 2));
  }
}

TEST(Sampler, ATinyTemperatureIsGreedy) {
  SamplingParams params;
  Sampler sampler = MakeSampler(3);
  for (const float temperature : {1e-45f, 1e-6f, 1e-4f}) {
    params.temperature = temperature;
    EXPECT_EQ(DrawAt(sampler, {0.0f, 0.5f, 0.25f}, params, 0), 1);
  }
}

TEST(Sampler, BiasBansAndForces) {
  Sampler sampler = MakeSampler(4);
  SamplingParams params;
  params.logit_bias = {{0, -100.0f}, {1, -100.0f}};
  for (int i = 0; i < 1000; ++i) EXPECT_GE(DrawAt(sampler, {9, 8, 1, 2}, params, i), 2);
  params.logit_bias = {{3, 100.0f}};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(DrawAt(sampler, {9, 8, 1, 2}, params, i), 3);
}

TEST(Sampler, UnusableLogitsAreAnError) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Sampler sampler = MakeSampler(17);
  const std::vector<TokenId> tokens = {0};
  for (const float temperature : {0.0f, 1.0f}) {
    SamplingParams params;
    params.temperature = temperature;
    for (const float bad : {nan, kInfinity}) {
      for (const size_t at : {0u, 5u, 16u}) {
        std::vector<float> logits(17, 0.0f);
        logits[at] = bad;
        const auto result = sampler.Sample(logits, params, {.tokens = tokens, .n_prompt = 1});
        EXPECT_EQ(result.status().code(), StatusCode::kInternal);
      }
    }
    const std::vector<float> none(17, -kInfinity);
    EXPECT_FALSE(sampler.Sample(none, params, {.tokens = tokens, .n_prompt = 1}).ok());
  }
}

}  // namespace
}  // namespace lemma::engine
