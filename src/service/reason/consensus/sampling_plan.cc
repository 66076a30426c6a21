#include "service/reason/consensus/sampling_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "service/reason/consensus/vote_forecast.h"

namespace lemma::reason {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"single",  "majority",   "adaptive",
                                                    "first_m", "confidence", "clr"};

// Half of them may still be outvoted by the other half, so half teach what is usual and half of
// them done are worth an answer. Fewer than two do not agree about anything.
int SuitableMinimum(const PlanOptions& options) {
  switch (options.strategy) {
    case Strategy::kSingle:
      return 1;
    case Strategy::kAdaptive:
      return std::min(2, options.n_samples);
    default:
      return (options.n_samples + 1) / 2;
  }
}

}  // namespace

const char* StrategyName(Strategy strategy) { return kNames[static_cast<size_t>(strategy)].data(); }

std::optional<Strategy> StrategyNamed(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Strategy>(found - kNames.begin());
}

const char* StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kAll:
      return "all_ended";
    case StopReason::kDecided:
      return "decided";
    case StopReason::kLikely:
      return "likely";
    case StopReason::kEnough:
      return "first_m";
  }
  return "";
}

Result<SamplingPlan> SamplingPlan::Make(PlanOptions options) {
  if (options.strategy == Strategy::kSingle) options.n_samples = 1;
  if (options.n_samples < 1 || options.n_samples > kSamplesMax) {
    return InvalidArgument(fmt::format("must be 1 to {}", kSamplesMax), "samples");
  }
  if (options.n_min < 0 || options.n_min > options.n_samples) {
    return InvalidArgument(fmt::format("must be 1 to samples, which is {}", options.n_samples),
                           "min_samples");
  }
  if (options.n_min == 0) options.n_min = SuitableMinimum(options);
  return SamplingPlan(options);
}

int SamplingPlan::NextWave(const AnswerVote& vote, int n_ended) const {
  const int n_left = options_.n_samples - n_ended;
  const int n_until_minimum = std::clamp(options_.n_min - n_ended, std::min(1, n_left), n_left);
  switch (options_.strategy) {
    case Strategy::kAdaptive: {
      int n = n_until_minimum;
      while (n < n_left && !IsLikely(vote, n, n_left - n)) ++n;
      return n;
    }
    case Strategy::kConfidence:
      return n_ended < options_.n_min ? n_until_minimum : n_left;
    default:
      return n_left;
  }
}

std::optional<StopReason> SamplingPlan::IsOver(const AnswerVote& vote, int n_ended) const {
  const int n_left = options_.n_samples - n_ended;
  if (n_left == 0) return StopReason::kAll;
  switch (options_.strategy) {
    case Strategy::kSingle:
    case Strategy::kClr:
      return std::nullopt;
    case Strategy::kFirstM:
      if (vote.n_votes() >= options_.n_min) return StopReason::kEnough;
      return std::nullopt;
    case Strategy::kConfidence:
      if (vote.n_votes() < std::max(options_.n_min, 2)) return std::nullopt;
      if (vote.clusters()[0].weight < options_.enough * vote.weight()) return std::nullopt;
      return StopReason::kLikely;
    case Strategy::kMajority:
    case Strategy::kAdaptive:
      break;
  }
  if (IsDecided(vote, n_left)) return StopReason::kDecided;
  if (options_.strategy == Strategy::kAdaptive && n_ended >= options_.n_min && vote.n_votes() > 0 &&
      IsLikely(vote, 0, n_left)) {
    return StopReason::kLikely;
  }
  return std::nullopt;
}

// Even if all that are left gave the second answer, or the same new one.
bool SamplingPlan::IsDecided(const AnswerVote& vote, int n_left) const {
  const auto& clusters = vote.clusters();
  if (clusters.empty()) return false;
  const double second = clusters.size() < 2 ? 0 : clusters[1].weight;
  return clusters[0].weight > second + n_left;
}

// Will the answer that leads win if n_more samples agree with it, and n_left more are drawn?
bool SamplingPlan::IsLikely(const AnswerVote& vote, int n_more, int n_left) const {
  std::vector<int> counts;
  for (const AnswerVote::Cluster& cluster : vote.clusters()) {
    counts.push_back(static_cast<int>(cluster.samples.size()));
  }
  if (counts.empty()) counts.push_back(0);
  counts[0] += n_more;
  return ChanceThatTheFirstWins(counts, vote.n_votes() + n_more + n_left) >= options_.enough;
}

}  // namespace lemma::reason
