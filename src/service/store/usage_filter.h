// Which rows of the usage count. Plain data.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/store/usage_sums.h"

namespace lemma::store {

struct UsageFilter {
  UsageDimension dimension;
  std::vector<std::string> values;  // any of these
};

inline constexpr size_t kUsageFilterValuesMax = 100;  // of all filters

// kInvalidArgument names the dimension that is given twice or without a value.
Status CheckFilters(const std::vector<UsageFilter>& filters);

}  // namespace lemma::store
