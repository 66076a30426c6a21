#include "service/store/usage_filter.h"

#include <fmt/format.h>

#include <algorithm>

namespace lemma::store {

Status CheckFilters(const std::vector<UsageFilter>& filters) {
  size_t n_values = 0;
  for (const UsageFilter& filter : filters) {
    const auto same = [&](const UsageFilter& other) { return other.dimension == filter.dimension; };
    if (filter.values.empty() || std::count_if(filters.begin(), filters.end(), same) > 1) {
      return InvalidArgument("must be given once, with a value", NameOf(filter.dimension));
    }
    n_values += filter.values.size();
  }
  if (n_values > kUsageFilterValuesMax) {
    return InvalidArgument(
        fmt::format("filters have {} values, at most {}", n_values, kUsageFilterValuesMax),
        "filters");
  }
  return Ok();
}

}  // namespace lemma::store
