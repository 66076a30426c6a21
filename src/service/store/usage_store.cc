#include "service/store/usage_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <algorithm>
#include <map>
#include <utility>

#include "service/store/usage_rows.h"

namespace lemma::store {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kHourMinutes = 60;

Status TooMuch(const std::string& what) {
  return Status(StatusCode::kTooLarge,
                what + ": ask for less time, a longer bucket, fewer groups or more filters");
}

Status Check(const UsageQuery& query) {
  if (query.from_ms < 0 || query.from_ms >= query.to_ms) {
    return InvalidArgument("must be before to_ms", "from_ms");
  }
  if (query.bucket_minutes < 0) return InvalidArgument("must not be negative", "bucket");
  if (query.groups_max < 1 || query.groups_max > kUsageGroupsMax) {
    return InvalidArgument(fmt::format("must be from 1 to {}", kUsageGroupsMax), "limit");
  }
  for (const UsageDimension dimension : query.group_by) {
    if (std::count(query.group_by.begin(), query.group_by.end(), dimension) > 1) {
      return InvalidArgument(fmt::format("names {} twice", NameOf(dimension)), "group_by");
    }
  }
  return CheckFilters(query.filters);
}

int64_t Amount(const UsageCounts& counts, UsageOrder order) {
  switch (order) {
    case UsageOrder::kRequests:
      return counts.n_requests;
    case UsageOrder::kErrors:
      return counts.n_errors;
    case UsageOrder::kPromptTokens:
      return counts.prompt_tokens;
    case UsageOrder::kCompletionTokens:
      return counts.completion_tokens;
    case UsageOrder::kDuration:
      return counts.duration_ms;
  }
  return 0;
}

// Rows, added up to groups and their buckets.
class Report {
 public:
  Report(const UsageQuery& query, int64_t rows_max) : query_(query), rows_max_(rows_max) {}

  Status Add(const UsagePlace& place, const UsageSums& sums) {
    if (++n_rows_ > rows_max_) return TooMuch("the time has too many rows");
    total_.Merge(sums);
    Group& group = groups_[ValuesOf(place)];
    group.amount += Amount(sums.counts, query_.order);
    const auto [bucket, is_new] = group.buckets.try_emplace(BucketOf(place.minute));
    bucket->second.Merge(sums);
    if (is_new && ++n_buckets_ > kUsageReportRowsMax) return TooMuch("there are too many groups");
    return Ok();
  }

  UsageReport Finish() {
    UsageReport report;
    report.n_groups = static_cast<int64_t>(groups_.size());
    report.total = std::move(total_);
    std::vector<std::map<UsageValues, Group>::iterator> sorted;
    for (auto group = groups_.begin(); group != groups_.end(); ++group) sorted.push_back(group);
    std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) {
      if (a->second.amount != b->second.amount) return a->second.amount > b->second.amount;
      return a->first < b->first;
    });
    if (sorted.size() > query_.groups_max) sorted.resize(query_.groups_max);
    for (const auto& group : sorted) {
      for (auto& [bucket, sums] : group->second.buckets) {
        report.groups.push_back({group->first, bucket, std::move(sums)});
      }
    }
    return report;
  }

 private:
  struct Group {
    int64_t amount = 0;  // by which it is sorted
    std::map<int64_t, UsageSums> buckets;
  };

  UsageValues ValuesOf(const UsagePlace& place) const {
    UsageValues values;
    for (const UsageDimension dimension : query_.group_by) {
      const auto i = static_cast<size_t>(dimension);
      values[i] = place.values[i];
    }
    return values;
  }

  int64_t BucketOf(int64_t minute) const {
    if (query_.bucket_minutes == 0) return query_.from_ms;
    return minute / query_.bucket_minutes * query_.bucket_minutes * kMinuteMs;
  }

  const UsageQuery& query_;
  const int64_t rows_max_;
  int64_t n_rows_ = 0;
  size_t n_buckets_ = 0;
  UsageSums total_;
  std::map<UsageValues, Group> groups_;
};

}  // namespace

Result<UsageReport> UsageStore::Query(const UsageQuery& query) {
  LEMMA_RETURN_IF_ERROR(Check(query));
  UsageReport report;
  const auto minute = [](int64_t ms) { return ms / kMinuteMs + (ms % kMinuteMs > 0 ? 1 : 0); };
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    Report rows(query, rows_max_);
    LEMMA_RETURN_IF_ERROR(VisitUsage(
        sql, minute(query.from_ms), minute(query.to_ms), query.filters, rows_max_ + 1,
        [&](const UsagePlace& place, const UsageSums& sums) { return rows.Add(place, sums); }));
    report = rows.Finish();
    return Ok();
  }));
  return report;
}

Status UsageStore::FoldBefore(int64_t unix_ms, const std::stop_token& stop) {
  const int64_t end = unix_ms / kMinuteMs / kHourMinutes * kHourMinutes;
  for (bool is_done = false; !is_done && !stop.stop_requested();) {
    LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
      const int64_t first = FirstMinute(sql, end);
      is_done = first < 0;
      if (is_done) return Ok();
      const int64_t hour = first / kHourMinutes * kHourMinutes;
      LEMMA_ASSIGN_OR_RETURN(const UsageRows minutes, TakeMinutes(sql, hour, hour + kHourMinutes));
      UsageRows hours;
      for (const auto& [place, sums] : minutes) {
        hours[{hour, kHourMinutes, place.values}].Merge(sums);
      }
      return AddUsage(sql, hours);
    }));
  }
  return Ok();
}

}  // namespace lemma::store
