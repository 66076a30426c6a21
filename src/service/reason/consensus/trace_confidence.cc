#include "service/reason/consensus/trace_confidence.h"

#include <algorithm>
#include <numeric>

#include "common/base/check.h"

namespace lemma::reason {
namespace {

// Servers write a chance of zero as -9999 or so. Beyond this all are the same: impossible.
constexpr double kLogprobMin = -30;

}  // namespace

TraceConfidence::TraceConfidence(size_t group_tokens) : window_(group_tokens) {
  LEMMA_CHECK(group_tokens > 0, "a group has tokens");
}

void TraceConfidence::Add(std::span<const double> top_logprobs) {
  if (top_logprobs.empty()) return;
  const double sum =
      std::accumulate(top_logprobs.begin(), top_logprobs.end(), 0.0,
                      [](double so_far, double p) { return so_far + std::max(p, kLogprobMin); });
  const double confidence = -sum / static_cast<double>(top_logprobs.size());
  double& place = window_[n_tokens_ % window_.size()];
  sum_ += confidence - (HasGroup() ? place : 0);
  place = confidence;
  ++n_tokens_;
  if (!HasGroup()) return;
  const double mean = sum_ / static_cast<double>(window_.size());
  lowest_ = n_tokens_ == window_.size() ? mean : std::min(lowest_, mean);
}

std::optional<double> TraceConfidence::Lowest() const {
  if (n_tokens_ == 0) return std::nullopt;
  return HasGroup() ? lowest_ : sum_ / static_cast<double>(n_tokens_);
}

std::optional<double> ConfidenceThreshold(std::vector<double> lowest_of_others, double part) {
  if (lowest_of_others.empty()) return std::nullopt;
  const auto rank = static_cast<size_t>(part * static_cast<double>(lowest_of_others.size()));
  const auto place = lowest_of_others.begin() +
                     static_cast<ptrdiff_t>(std::min(rank, lowest_of_others.size() - 1));
  std::nth_element(lowest_of_others.begin(), place, lowest_of_others.end());
  return *place;
}

}  // namespace lemma::reason
