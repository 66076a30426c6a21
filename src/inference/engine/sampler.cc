#include "inference/engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "inference/kernels/kernels.h"

namespace lemma::engine {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr size_t kLanes = 8;  // independent accumulators, so that the compiler can use SIMD

// The sum of n weights; weight(i) gives one.
template <typename Weight>
double SumWeights(size_t n, const Weight& weight) {
  double sums[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += weight(i + lane);
  }
  for (; i < n; ++i) sums[0] += weight(i);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

// Which of the weights `left` lies in when they are laid side by side from 0; takes off `left`
// those before it. The last one above 0, where rounding left a sliver.
size_t Find(std::span<const float> weights, double& left) {
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
    if (weights[i] > 0) last = i;
  }
  return last;
}

}  // namespace

Sampler::Sampler(int32_t vocab_size, const kernels::Kernels& kernels)
    : kernels_(kernels),
      penalties_(vocab_size),
      weights_(static_cast<size_t>(vocab_size)),
      block_sums_(static_cast<size_t>(kernels::DivideUp(vocab_size, kernels::kSamplingBlock))) {
  candidates_.reserve(weights_.size());
  logprobs_.reserve(kLogprobsMax);
}

Result<SampledToken> Sampler::Sample(std::span<const float> logits, const SamplingParams& params,
                                     const SamplePosition& position) {
  float max = kernels_.max_logit(logits.data(), vocab_size());
  const auto usable = [&] { return max > -kInfinity; };  // and no NaN
  if (!usable()) return Internal("the model's logits are not finite numbers");
  const bool wants_logprobs = params.n_logprobs >= 0;
  if (wants_logprobs) ComputeLogprobs(logits, max, params.n_logprobs);

  std::span<const float> adjusted = logits;
  if (Penalties::Any(params) || position.banned) {
    Adjust(logits, params, position);
    adjusted = weights_;
    max = kernels_.max_logit(adjusted.data(), vocab_size());
    if (!usable()) return Internal("the penalties leave no token to choose");
  }

  if (params.temperature <= kTemperatureGreedyMax) {
    const auto best = std::find(adjusted.begin(), adjusted.end(), max);
    return Describe(logits, params, static_cast<TokenId>(best - adjusted.begin()));
  }
  const double total = FillWeights(adjusted, max, params.temperature);
  const int32_t n_output =
      static_cast<int32_t>(position.tokens.size()) - position.n_prompt + position.n_rewound;
  return Describe(logits, params, Draw(params, total, {params.seed, position.sample, n_output}));
}

void Sampler::Adjust(std::span<const float> logits, const SamplingParams& params,
                     const SamplePosition& position) {
  std::copy(logits.begin(), logits.end(), weights_.begin());
  penalties_.Apply(params, position.tokens, position.n_prompt, weights_);
  if (position.banned) weights_[static_cast<size_t>(*position.banned)] = -kInfinity;
}

SampledToken Sampler::SampleAnother(std::span<const float> logits, const SamplingParams& params,
                                    const SamplePosition& position,
                                    const std::function<bool(TokenId)>& is_wanted) {
  Adjust(logits, params, position);
  const auto less_likely = [](const Candidate& a, const Candidate& b) { return MoreLikely(b, a); };
  candidates_.clear();
  for (TokenId token = 0; token < vocab_size(); ++token) {
    candidates_.push_back({weights_[static_cast<size_t>(token)], token});
  }
  std::make_heap(candidates_.begin(), candidates_.end(), less_likely);
  const TokenId most_likely = candidates_.front().token;
  for (; !candidates_.empty(); candidates_.pop_back()) {
    const TokenId token = candidates_.front().token;
    if (is_wanted(token)) return Describe(logits, params, token);
    std::pop_heap(candidates_.begin(), candidates_.end(), less_likely);
  }
  return Describe(logits, params, most_likely);
}

Result<SampledToken> Sampler::Take(std::span<const float> logits, const SamplingParams& params,
                                   TokenId token) {
  const float max = kernels_.max_logit(logits.data(), vocab_size());
  if (!(max > -kInfinity)) return Internal("the model's logits are not finite numbers");
  if (params.n_logprobs >= 0) ComputeLogprobs(logits, max, params.n_logprobs);
  return Describe(logits, params, token);
}

SampledToken Sampler::Describe(std::span<const float> logits, const SamplingParams& params,
                               TokenId token) const {
  if (params.n_logprobs < 0) return {.token = token, .top_logprobs = {}};
  const double raw = logits[static_cast<size_t>(token)];
  return {.token = token,
          .logprob = static_cast<float>(raw - log_total_),
          .entropy = static_cast<float>(entropy_),
          .top_logprobs = logprobs_};
}

double Sampler::FillWeights(std::span<const float> logits, float max, float temperature) {
  kernels_.softmax_weights(logits.data(), vocab_size(), max, 1.0f / temperature, weights_.data(),
                           block_sums_.data());
  double total = 0;
  for (const float sum : block_sums_) total += sum;
  return total;
}

void Sampler::ComputeLogprobs(std::span<const float> logits, float max, int32_t n) {
  const double total = FillWeights(logits, max, /*temperature=*/1);
  log_total_ = max + std::log(total);
  // With p = w / total and log p = logit - log_total, H = -sum p log p; a weight of 0 adds nothing,
  // whatever its logit is.
  entropy_ = SumWeights(weights_.size(),
                        [&](size_t i) {
                          return weights_[i] > 0 ? weights_[i] * (log_total_ - logits[i]) : 0.0;
                        }) /
             total;
  logprobs_.clear();
  if (n == 0) return;
  SelectTop(logits, std::min(n, static_cast<int32_t>(logits.size())));
  std::sort(candidates_.begin(), candidates_.end(), MoreLikely);
  for (const Candidate& candidate : candidates_) {
    logprobs_.push_back({candidate.token, static_cast<float>(candidate.weight - log_total_)});
  }
}

TokenId Sampler::Draw(const SamplingParams& params, double total, const TokenRandom& random) {
  if (HasTopK(params))
    return DrawUpTo(Boundary(params, total, /*weight_min=*/0), random.Uniform(0));
  Candidate rejected{0, vocab_size()};  // the most likely one that was
  for (int32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const Candidate drawn = DrawFromAll(random.Uniform(attempt) * total);
    if (!MoreLikely(drawn, rejected)) continue;
    const bool accepted =
        drawn.weight >= params.min_p &&
        (params.top_p == 1 || kernels_.mass_before(weights_.data(), vocab_size(), drawn.token) <
                                  double{params.top_p} * total);
    if (accepted) return drawn.token;
    rejected = drawn;
  }
  return DrawUpTo(Boundary(params, total, rejected.weight), random.Uniform(kAttemptsMax));
}

Sampler::Candidate Sampler::DrawFromAll(double left) const {
  const size_t begin = Find(block_sums_, left) * size_t{kernels::kSamplingBlock};
  const size_t n = std::min(weights_.size() - begin, size_t{kernels::kSamplingBlock});
  const size_t token = begin + Find(std::span(weights_).subspan(begin, n), left);
  return {weights_[token], static_cast<TokenId>(token)};
}

TokenId Sampler::DrawUpTo(const Candidate& boundary, double uniform) {
  // In order of ids, so that the choice does not depend on how selection permuted the candidates.
  candidates_.clear();
  for (size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] < boundary.weight || weights_[i] == 0) continue;
    const Candidate candidate{weights_[i], static_cast<TokenId>(i)};
    if (!MoreLikely(boundary, candidate)) candidates_.push_back(candidate);
  }
  const double mass =
      SumWeights(candidates_.size(), [&](size_t i) { return candidates_[i].weight; });
  double left = uniform * mass;
  for (const Candidate& candidate : candidates_) {
    left -= candidate.weight;
    if (left < 0) return candidate.token;
  }
  return candidates_.back().token;  // rounding left a sliver at the end
}

bool Sampler::HasTopK(const SamplingParams& params) const {
  return params.top_k > 0 && params.top_k < vocab_size();
}

Sampler::Candidate Sampler::Boundary(const SamplingParams& params, double total, float weight_min) {
  Candidate boundary{0, vocab_size() - 1};
  if (HasTopK(params)) {
    SelectTop(weights_, params.top_k);
    boundary = candidates_.back();
    total = SumWeights(candidates_.size(), [&](size_t i) { return candidates_[i].weight; });
  }
  if (params.top_p < 1) {
    if (!HasTopK(params)) {
      const double share_min = (1 - double{params.top_p}) * total / vocab_size();
      weight_min = std::max(weight_min, static_cast<float>(share_min));
      candidates_.clear();
      for (size_t i = 0; i < weights_.size(); ++i) {
        if (weights_[i] >= weight_min) {
          candidates_.push_back({weights_[i], static_cast<TokenId>(i)});
        }
      }
    }
    boundary = SelectMass(double{params.top_p} * total);
  }
  // The most likely weighs exp(0) = 1, so min_p is a weight.
  if (boundary.weight < params.min_p) boundary = {params.min_p, vocab_size() - 1};
  return boundary;
}

void Sampler::SelectTop(std::span<const float> values, int32_t k) {
  // Keeps up to `limit` values and then throws all but the best k away: linear whatever the order
  // of the values is, and one comparison for most.
  constexpr size_t kSlack = 64;
  const size_t n_kept = static_cast<size_t>(k);
  const size_t limit = std::min(n_kept + std::max(n_kept, kSlack), values.size());
  const auto keep_best = [&] {
    const auto last = candidates_.begin() + (k - 1);
    std::nth_element(candidates_.begin(), last, candidates_.end(), MoreLikely);
    candidates_.resize(n_kept);
  };
  candidates_.clear();
  float floor = 0;
  bool has_floor = false;
  for (size_t i = 0; i < values.size(); ++i) {
    if (has_floor && values[i] <= floor) continue;  // an equal one has the higher id
    candidates_.push_back({values[i], static_cast<TokenId>(i)});
    if (candidates_.size() < limit) continue;
    keep_best();
    floor = candidates_.back().weight;
    has_floor = true;
  }
  keep_best();
}

Sampler::Candidate Sampler::SelectMass(double mass) {
  auto begin = candidates_.begin();
  auto end = candidates_.end();
  while (end - begin > 1) {
    const auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, MoreLikely);
    const double upper = SumWeights(static_cast<size_t>(middle - begin), [&](size_t i) {
      return begin[static_cast<ptrdiff_t>(i)].weight;
    });
    if (upper >= mass) {
      end = middle;
    } else {
      mass -= upper;
      begin = middle;
    }
  }
  return *begin;
}

}  // namespace lemma::engine
