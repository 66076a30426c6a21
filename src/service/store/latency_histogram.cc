#include "service/store/latency_histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace lemma::store {
namespace {

// Bucket 0 holds 0; bucket i > 0 holds (kGrowth^(i-2), kGrowth^(i-1)] microseconds, and its
// estimate lies as far, relatively, from one end as from the other.
constexpr double kGrowth =
    (1 + LatencyHistogram::kRelativeError) / (1 - LatencyHistogram::kRelativeError);

int32_t BucketOf(int64_t microseconds) {
  if (microseconds <= 0) return 0;
  const auto value =
      static_cast<double>(std::min(microseconds, LatencyHistogram::kMicrosecondsMax));
  return 1 + static_cast<int32_t>(std::ceil(std::log(value) / std::log(kGrowth)));
}

double EstimateOf(int32_t bucket) {
  return bucket == 0 ? 0 : 2 * std::pow(kGrowth, bucket - 1) / (kGrowth + 1);
}

template <typename Number>
bool ReadNumber(std::string_view& text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  if (error != std::errc() || into < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool Skip(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void LatencyHistogram::Add(int64_t microseconds, int64_t n) {
  LatencyHistogram one;
  one.buckets_ = {{BucketOf(microseconds), n}};
  Merge(one);
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  std::vector<std::pair<int32_t, int64_t>> merged;
  merged.reserve(buckets_.size() + other.buckets_.size());
  std::merge(buckets_.begin(), buckets_.end(), other.buckets_.begin(), other.buckets_.end(),
             std::back_inserter(merged));
  buckets_.clear();
  for (const auto& [bucket, n] : merged) {
    if (!buckets_.empty() && buckets_.back().first == bucket) {
      buckets_.back().second += n;
    } else {
      buckets_.emplace_back(bucket, n);
    }
  }
}

int64_t LatencyHistogram::count() const {
  int64_t n = 0;
  for (const auto& bucket : buckets_) n += bucket.second;
  return n;
}

double LatencyHistogram::Percentile(double fraction) const {
  const auto rank = std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(fraction * static_cast<double>(count()))));
  int64_t n_passed = 0;
  for (const auto& [bucket, n] : buckets_) {
    n_passed += n;
    if (n_passed >= rank) return EstimateOf(bucket);
  }
  return 0;
}

std::string LatencyHistogram::Encode() const {
  std::string text;
  int32_t before = 0;
  for (const auto& [bucket, n] : buckets_) {
    fmt::format_to(std::back_inserter(text), "{}{}:{}", text.empty() ? "" : " ", bucket - before,
                   n);
    before = bucket;
  }
  return text;
}

Result<LatencyHistogram> LatencyHistogram::Decode(std::string_view text) {
  LatencyHistogram histogram;
  int32_t bucket = 0;
  while (!text.empty()) {
    int32_t step = 0;
    int64_t n = 0;
    const bool is_first = histogram.buckets_.empty();
    if ((!is_first && !Skip(text, ' ')) || !ReadNumber(text, step) || !Skip(text, ':') ||
        !ReadNumber(text, n) || (!is_first && step == 0) ||
        step > BucketOf(kMicrosecondsMax) - bucket) {
      return DataLoss("a histogram of the usage is damaged");
    }
    bucket += step;
    histogram.buckets_.emplace_back(bucket, n);
  }
  return histogram;
}

}  // namespace lemma::store
