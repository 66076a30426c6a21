// A histogram of durations whose percentiles are within a stated error, and which is added to
// another one exactly: what several processes have counted in parts is what one would have counted.
// Buckets that grow by a fixed factor, as in DDSketch (Masson, Rim, Lee, VLDB 2019), over a fixed
// range, so that nothing is ever collapsed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace lemma::store {

// Plain data; not thread-safe.
class LatencyHistogram {
 public:
  static constexpr double kRelativeError = 0.05;
  static constexpr int64_t kMicrosecondsMax = int64_t{24} * 3600 * 1'000'000;  // more counts as it

  void Add(int64_t microseconds, int64_t n = 1);
  void Merge(const LatencyHistogram& other);

  int64_t count() const;
  // The smallest value that at least `fraction` (0 to 1) of all do not exceed, in microseconds,
  // within kRelativeError; exact where it is 0. 0 where nothing was counted.
  double Percentile(double fraction) const;

  // "57:3 2:1": a bucket, as what it is above the one before, and its count. A column's text.
  std::string Encode() const;
  // kDataLoss: Encode has not written this.
  static Result<LatencyHistogram> Decode(std::string_view text);

  bool operator==(const LatencyHistogram&) const = default;

 private:
  std::vector<std::pair<int32_t, int64_t>> buckets_;  // index -> count, sorted
};

}  // namespace lemma::store
