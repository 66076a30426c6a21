// Logits -> one token. Exact, and without sorting the vocabulary.
//
// The order of operations:
//   1. logprobs and entropy: of the softmax of the model's raw logits, before anything below (as
//      vLLM's default)
//   2. penalties and bias (penalties.h), and at most one token banned
//   3. temperature
//   4. top_k: the k most likely
//   5. top_p: of these, the smallest set of the most likely whose share is at least top_p
//   6. min_p: of these, those at least min_p times as likely as the most likely
//   7. the draw, with the random numbers of (seed, sample, position)
// "Most likely" orders by weight and then by the lower id, so that every set is well defined.
//
// Without top_k a token is drawn from the whole distribution and accepted if the tokens more likely
// than it weigh less than top_p asks for, and it is likely enough for min_p; else the next random
// number draws again. That is a draw from what the truncations leave (rejection sampling), accepted
// with a chance of top_p at least. What is less likely than a rejected token needs no sum.
//
// With top_k, and after kAttemptsMax rejections, each truncation is a boundary in that order. For
// top_p it is found among the tokens above (1 - p) / V of the total: those below cannot sum up to
// the share that top_p leaves out; and among those more likely than what was rejected. Selection is
// std::nth_element on halves: linear also where the distribution is flat.
//
// Memory traffic: three passes over V floats (0.6 MB each for Qwen2, within L2) and one for each
// further sum.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "common/base/status.h"
#include "inference/engine/engine.h"
#include "inference/engine/penalties.h"
#include "inference/engine/random.h"

namespace lemma::kernels {
struct Kernels;
}

namespace lemma::engine {

inline constexpr int32_t kLogprobsMax = 20;            // SamplingParams::n_logprobs, as OpenAI's
inline constexpr float kTemperatureGreedyMax = 1e-5f;  // at or below: greedy

struct SampledToken {
  TokenId token = 0;
  float logprob = 0;                           // where n_logprobs >= 0
  float entropy = 0;                           // in nats; where n_logprobs >= 0
  std::span<const TokenLogprob> top_logprobs;  // until the next call
};

// Where in its request a token stands: names its random number and what penalties count.
struct SamplePosition {
  std::span<const TokenId> tokens;  // of the sequence so far
  int32_t n_prompt = 0;
  int32_t sample = 0;
  int32_t n_rewound = 0;               // said besides, and taken out of `tokens`
  std::optional<TokenId> banned = {};  // may not be drawn
};

// Holds scratch for one vocabulary; one thread. Sample allocates nothing.
class Sampler {
 public:
  Sampler(int32_t vocab_size, const kernels::Kernels& kernels);

  // Errors: kInternal, when the logits have NaN or +infinity or are all -infinity.
  Result<SampledToken> Sample(std::span<const float> logits, const SamplingParams& params,
                              const SamplePosition& position);

  // The most likely token that is wanted, after penalties, bias and ban; where none is, the most
  // likely. After Sample, of what that was given.
  SampledToken SampleAnother(std::span<const float> logits, const SamplingParams& params,
                             const SamplePosition& position,
                             const std::function<bool(TokenId)>& is_wanted);

  // The same as Sample of a token that is not drawn but given.
  Result<SampledToken> Take(std::span<const float> logits, const SamplingParams& params,
                            TokenId token);

  // Then the boundary is searched. With top_p 0.1, 3 % of the tokens come so far.
  static constexpr int32_t kAttemptsMax = 32;

 private:
  struct Candidate {
    float weight;
    TokenId token;
  };
  static bool MoreLikely(const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  }

  int32_t vocab_size() const { return static_cast<int32_t>(weights_.size()); }
  bool HasTopK(const SamplingParams& params) const;

  // weights_ = the logits with penalties, bias and ban.
  void Adjust(std::span<const float> logits, const SamplingParams& params,
              const SamplePosition& position);
  // weights_ = exp((logits - max) / temperature), and block_sums_; returns the sum.
  double FillWeights(std::span<const float> logits, float max, float temperature);
  // With its logprobs, where they are wanted and computed.
  SampledToken Describe(std::span<const float> logits, const SamplingParams& params,
                        TokenId token) const;
  void ComputeLogprobs(std::span<const float> logits, float max, int32_t n);
  TokenId Draw(const SamplingParams& params, double total, const TokenRandom& random);
  // The token at `left` of the total, in order of ids.
  Candidate DrawFromAll(double left) const;
  // A token as likely as the boundary or more.
  TokenId DrawUpTo(const Candidate& boundary, double uniform);
  // The last token that the truncations leave; it weighs weight_min or more.
  Candidate Boundary(const SamplingParams& params, double total, float weight_min);
  // Leaves the k most likely of `values` in candidates_, the last of them at the back.
  void SelectTop(std::span<const float> values, int32_t k);
  // The last token of the smallest most-likely set in candidates_ that weighs at least `mass`.
  Candidate SelectMass(double mass);

  const kernels::Kernels& kernels_;
  Penalties penalties_;
  std::vector<float> weights_;          // [vocab_size]: adjusted logits, then exp of them
  std::vector<float> block_sums_;       // [vocab_size / kSamplingBlock]: of weights_
  std::vector<Candidate> candidates_;   // at most vocab_size
  std::vector<TokenLogprob> logprobs_;  // at most kLogprobsMax
  double log_total_ = 0;                // log of the sum of exp of the raw logits
  double entropy_ = 0;                  // of their softmax
};

}  // namespace lemma::engine
