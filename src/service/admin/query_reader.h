// What calls ask in their query.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/admin/route.h"
#include "service/store/job_store.h"

namespace lemma::admin {

// `otherwise` where it was not sent. kInvalidArgument with the field: no whole number from `low` to
// `high`.
Result<int64_t> NumberOf(const Call& call, std::string_view name, int64_t low, int64_t high,
                         int64_t otherwise);

// "from_ms" and "to_ms"; where they were not sent, `span_ms` up to now. kInvalidArgument.
Status ReadTimes(const Call& call, int64_t span_ms, int64_t& from_ms, int64_t& to_ms);

// "status", of jobs and of evaluations; nullopt where it was not sent. kInvalidArgument: no such.
Result<std::optional<store::JobStatus>> StatusOf(const Call& call);

// "limit": how many a page of a list has. kInvalidArgument.
Result<int64_t> PageLimitOf(const Call& call);

// Of limit + 1 that were asked for, takes the last where there are as many. What "after" is to be
// for the next page: the id of the last one left, null where there is none.
template <typename Listed>
boost::json::value TakeNext(std::vector<Listed>& found, int64_t limit) {
  if (static_cast<int64_t>(found.size()) <= limit) return nullptr;
  found.pop_back();
  return boost::json::value(found.back().id);
}

}  // namespace lemma::admin
