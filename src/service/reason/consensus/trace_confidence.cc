#include "service/reason/consensus/trace_confidence.h"

#include <algorithm>
#include <cmath>

#include "common/base/check.h"

namespace lemma::reason {
namespace {

// Of as many equally likely tokens as no vocabulary has.
constexpr double kEntropyMax = 20;

// What a token of probability p adds to the entropy.
double Surprise(double p) { return p > 0 ? -p * std::log(p) : 0; }

}  // namespace

TraceConfidence::TraceConfidence(size_t group_tokens) : window_(group_tokens) {
  LEMMA_CHECK(group_tokens > 0, "a group has tokens");
}

void TraceConfidence::Add(double entropy) {
  entropy = std::clamp(entropy, 0.0, kEntropyMax);
  double& place = window_[n_tokens_ % window_.size()];
  sum_ += entropy - (HasGroup() ? place : 0);
  place = entropy;
  ++n_tokens_;
  if (HasGroup()) highest_ = std::max(highest_, sum_ / static_cast<double>(window_.size()));
}

std::optional<double> TraceConfidence::Lowest() const {
  if (n_tokens_ == 0) return std::nullopt;
  return std::exp(-(HasGroup() ? highest_ : sum_ / static_cast<double>(n_tokens_)));
}

double EntropyOfTop(std::span<const double> top_logprobs) {
  double entropy = 0, rest = 1;
  for (const double logprob : top_logprobs) {
    const double p = std::exp(std::min(logprob, 0.0));
    entropy += Surprise(p);
    rest -= p;
  }
  return entropy + Surprise(rest);
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
