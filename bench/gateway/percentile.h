// Percentiles of a list, and medians of rounds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace lemma::bench {

// The nearest rank, `share` from 0 to 1; 0 of an empty list.
inline double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  const size_t at = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

inline double Median(const std::vector<double>& values) { return Percentile(values, 0.5); }

}  // namespace lemma::bench
