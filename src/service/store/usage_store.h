// Usage, asked and kept small: sums of requests by the minute, which become sums by the hour after
// some days. Written by RequestLog.
#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "common/base/status.h"
#include "service/store/database.h"
#include "service/store/usage_filter.h"
#include "service/store/usage_sums.h"

namespace lemma::store {

// By what the groups are sorted, the largest first.
enum class UsageOrder { kRequests, kErrors, kPromptTokens, kCompletionTokens, kDuration };

struct UsageQuery {
  int64_t from_ms = 0;  // Unix time; rows that begin in [from_ms, to_ms) count
  int64_t to_ms = 0;
  std::vector<UsageDimension> group_by{};  // empty: one group
  std::vector<UsageFilter> filters{};      // all must pass; each dimension once
  int64_t bucket_minutes = 0;              // time is cut into these; 0: not at all
  UsageOrder order = UsageOrder::kRequests;
  size_t groups_max = 100;  // of the largest over the whole time; the rest is counted alone
};

struct UsageGroup {
  UsageValues values;    // of group_by; the others are ""
  int64_t begin_ms = 0;  // of its bucket; from_ms where time is not cut
  UsageSums sums;
};

struct UsageReport {
  std::vector<UsageGroup> groups;  // by order, and of each the buckets by time; empty ones not
  int64_t n_groups = 0;            // that there are
  UsageSums total;                 // of all, those left out too
};

inline constexpr size_t kUsageGroupsMax = 1000;          // UsageQuery::groups_max
inline constexpr size_t kUsageReportRowsMax = 20'000;    // of all groups and buckets
inline constexpr int64_t kUsageRowsReadMax = 2'000'000;  // of the database

// Thread-safe; blocks on the database. Errors: those of Database, and as said.
class UsageStore {
 public:
  // `database` outlives it. `rows_max`: that a query reads of the database.
  explicit UsageStore(Database& database, int64_t rows_max = kUsageRowsReadMax)
      : database_(database), rows_max_(rows_max) {}

  // kInvalidArgument names the field: a range that is empty, a bound that is passed; kTooLarge: the
  // range has more rows or groups than are read at once.
  Result<UsageReport> Query(const UsageQuery& query);

  // Minutes before `unix_ms` become hours, whole hours alone. In short transactions; several at
  // once may do so. None begins once `stop` asks for it.
  Status FoldBefore(int64_t unix_ms, const std::stop_token& stop = {});

 private:
  Database& database_;
  const int64_t rows_max_;
};

}  // namespace lemma::store
