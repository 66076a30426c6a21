#include "inference/engine/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

#include "inference/engine/random.h"

namespace lemma::engine {
namespace {

constexpr size_t kLanes = 8;  // independent accumulators, so that the compiler can use SIMD

// exp(x) for x <= 0, below the smallest normal float: 0. Relative error < 3e-7. Taylor's series to
// the 7th power on |r| <= ln(2)/2; written out because libm's does not vectorise and differs
// between versions of libm.
inline float ExpNonPositive(float x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693359375f;  // 9 bits, so that n * kLn2High is exact
  constexpr float kLn2Low = -2.12194440e-4f;
  constexpr float kMin = -87.0f;
  const float clamped = x < kMin ? kMin : x;
  const int32_t n = static_cast<int32_t>(clamped * kLog2E - 0.5f);  // to nearest, as x <= 0
  const float n_float = static_cast<float>(n);
  const float r = clamped - n_float * kLn2High - n_float * kLn2Low;
  float sum = 1.0f / 5040;
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const float scaled = sum * std::bit_cast<float>((n + 127) << 23);
  return x < kMin ? 0.0f : scaled;
}

struct Extent {
  float max = -std::numeric_limits<float>::infinity();
  bool usable = false;  // no NaN, no +infinity, not all -infinity
};

Extent FindExtent(std::span<const float> logits) {
  float max[kLanes];
  int32_t bad[kLanes] = {};
  std::fill(max, max + kLanes, -std::numeric_limits<float>::infinity());
  const auto take = [&](size_t lane, float value) {
    max[lane] = value > max[lane] ? value : max[lane];
    bad[lane] |= value <= std::numeric_limits<float>::max() ? 0 : 1;
  };
  size_t i = 0;
  for (; i + kLanes <= logits.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) take(lane, logits[i + lane]);
  }
  for (; i < logits.size(); ++i) take(0, logits[i]);
  Extent extent;
  extent.max = *std::max_element(max, max + kLanes);
  extent.usable = std::count(bad, bad + kLanes, 0) == static_cast<ptrdiff_t>(kLanes) &&
                  extent.max > -std::numeric_limits<float>::infinity();
  return extent;
}

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

}  // namespace

Sampler::Sampler(int32_t vocab_size)
    : penalties_(vocab_size), weights_(static_cast<size_t>(vocab_size)) {
  candidates_.reserve(weights_.size());
  logprobs_.reserve(kLogprobsMax);
}

Result<SampledToken> Sampler::Sample(std::span<const float> logits, const SamplingParams& params,
                                     const SamplePosition& position) {
  Extent extent = FindExtent(logits);
  if (!extent.usable) return Internal("the model's logits are not finite numbers");
  const bool wants_logprobs = params.n_logprobs >= 0;
  if (wants_logprobs) ComputeLogprobs(logits, extent.max, params.n_logprobs);

  std::span<const float> adjusted = logits;
  if (Penalties::Any(params)) {
    std::copy(logits.begin(), logits.end(), weights_.begin());
    penalties_.Apply(params, position.tokens, position.n_prompt, weights_);
    adjusted = weights_;
    extent = FindExtent(adjusted);
    if (!extent.usable) return Internal("the penalties leave no token to choose");
  }

  SampledToken sampled;
  if (params.temperature <= kTemperatureGreedyMax) {
    const auto best = std::find(adjusted.begin(), adjusted.end(), extent.max);
    sampled.token = static_cast<TokenId>(best - adjusted.begin());
  } else {
    const double total = FillWeights(adjusted, extent.max, params.temperature);
    const int32_t n_output = static_cast<int32_t>(position.tokens.size()) - position.n_prompt;
    sampled.token = Draw(params, total, UniformAt(params.seed, position.sample, n_output));
  }
  if (wants_logprobs) {
    const double raw = logits[static_cast<size_t>(sampled.token)];
    sampled.logprob = static_cast<float>(raw - log_total_);
    sampled.top_logprobs = logprobs_;
  }
  return sampled;
}

double Sampler::FillWeights(std::span<const float> logits, float max, float temperature) {
  // In place, so that the loop has one pointer and the compiler can use SIMD.
  if (logits.data() != weights_.data()) {
    std::copy(logits.begin(), logits.end(), weights_.begin());
  }
  const float scale = 1.0f / temperature;
  for (float& weight : weights_) weight = ExpNonPositive((weight - max) * scale);
  return SumWeights(weights_.size(), [&](size_t i) { return weights_[i]; });
}

void Sampler::ComputeLogprobs(std::span<const float> logits, float max, int32_t n) {
  log_total_ = max + std::log(FillWeights(logits, max, /*temperature=*/1));
  logprobs_.clear();
  if (n == 0) return;
  SelectTop(logits, std::min(n, static_cast<int32_t>(logits.size())));
  std::sort(candidates_.begin(), candidates_.end(), MoreLikely);
  for (const Candidate& candidate : candidates_) {
    logprobs_.push_back({candidate.token, static_cast<float>(candidate.weight - log_total_)});
  }
}

TokenId Sampler::Draw(const SamplingParams& params, double total, double uniform) {
  const Candidate boundary = Boundary(params, total);
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

Sampler::Candidate Sampler::Boundary(const SamplingParams& params, double total) {
  const int32_t vocab_size = static_cast<int32_t>(weights_.size());
  Candidate boundary{0, vocab_size - 1};
  const bool has_top_k = params.top_k > 0 && params.top_k < vocab_size;
  if (has_top_k) {
    SelectTop(weights_, params.top_k);
    boundary = candidates_.back();
    total = SumWeights(candidates_.size(), [&](size_t i) { return candidates_[i].weight; });
  }
  if (params.top_p < 1) {
    if (!has_top_k) {
      const float weight_min = static_cast<float>((1 - double{params.top_p}) * total / vocab_size);
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
  if (boundary.weight < params.min_p) boundary = {params.min_p, vocab_size - 1};
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
