// Numbers in a call's query.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/status.h"
#include "service/admin/route.h"

namespace lemma::admin {

// `otherwise` where it was not sent. kInvalidArgument with the field: no whole number from `low` to
// `high`.
Result<int64_t> NumberOf(const Call& call, std::string_view name, int64_t low, int64_t high,
                         int64_t otherwise);

}  // namespace lemma::admin
