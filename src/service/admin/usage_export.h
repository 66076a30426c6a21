// Usage as replies have it: JSON, or CSV for spreadsheets. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "service/store/usage_store.h"

namespace lemma::admin {

// {"total": {...}, "n_groups": 3, "groups": [{"key_id": "...", "begin_ms": ..., "requests": ...,
// "queue": {"count", "p50_ms", "p95_ms", "p99_ms"}, ...}]}; `begin_ms` where time is cut.
boost::json::object UsageJson(const store::UsageQuery& query, const store::UsageReport& report);

// A line for each group, below one of names (csv.h).
std::string UsageCsv(const store::UsageQuery& query, const store::UsageReport& report);

}  // namespace lemma::admin
