#include "service/store/usage_rows.h"

#include <fmt/format.h>

#include <array>

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

// A row's columns, in the order of UsageValues, UsageCounts without n_errors (which kReason tells)
// and UsageSums::latencies.
constexpr const char* kPlaceColumns =
    "minute, span, key_id, profile, profile_version, task, model, status, replica, reason";
constexpr const char* kCountColumns =
    "n_requests, prompt_tokens, completion_tokens, thinking_tokens, n_truncated, n_looped, "
    "duration_ms";
constexpr const char* kLatencyColumns = "queue, first_token, per_token, whole, answer";

using LatencyTexts = std::array<std::string, kUsageLatencies>;

LatencyTexts TextsOf(const UsageSums& sums) {
  LatencyTexts texts;
  for (size_t i = 0; i < kUsageLatencies; ++i) texts[i] = sums.latencies[i].Encode();
  return texts;
}

Status ReadTexts(const LatencyTexts& texts, UsageSums& into) {
  for (size_t i = 0; i < kUsageLatencies; ++i) {
    LEMMA_ASSIGN_OR_RETURN(into.latencies[i], LatencyHistogram::Decode(texts[i]));
  }
  return Ok();
}

// A statement with its row, as SOCI wants them: bound once, filled again and again.
struct RowReader {
  UsagePlace place;
  UsageSums sums;
  LatencyTexts texts;

  template <typename Prepared>
  void Bind(Prepared& prepared) {
    prepared, into(place.minute), into(place.span);
    for (std::string& value : place.values) prepared, into(value);
    UsageCounts& counts = sums.counts;
    prepared, into(counts.n_requests), into(counts.prompt_tokens), into(counts.completion_tokens),
        into(counts.thinking_tokens), into(counts.n_truncated), into(counts.n_looped),
        into(counts.duration_ms);
    for (std::string& text : texts) prepared, into(text);
  }

  // What has been fetched.
  Status Read() {
    const bool is_good = place.values[static_cast<size_t>(UsageDimension::kReason)].empty();
    sums.counts.n_errors = is_good ? 0 : sums.counts.n_requests;
    return ReadTexts(texts, sums);
  }
};

// Adds the counts, which locks the row until the transaction ends; the histograms are then read and
// written behind that lock.
Status AddRow(soci::session& sql, const UsagePlace& place, const UsageSums& sums) {
  const UsageValues& at = place.values;
  const UsageCounts& counts = sums.counts;
  LatencyTexts texts;
  sql << fmt::format(
      "INSERT INTO usage_rollups ({}, {}, {}) VALUES (:minute, :span, :key, :profile, :version, "
      ":task, :model, :status, :replica, :reason, :requests, :prompt, :completion, :thinking, "
      ":truncated, :looped, :duration, '', '', '', '', '') ON CONFLICT ({}) DO UPDATE SET "
      "n_requests = usage_rollups.n_requests + excluded.n_requests, "
      "prompt_tokens = usage_rollups.prompt_tokens + excluded.prompt_tokens, "
      "completion_tokens = usage_rollups.completion_tokens + excluded.completion_tokens, "
      "thinking_tokens = usage_rollups.thinking_tokens + excluded.thinking_tokens, "
      "n_truncated = usage_rollups.n_truncated + excluded.n_truncated, "
      "n_looped = usage_rollups.n_looped + excluded.n_looped, "
      "duration_ms = usage_rollups.duration_ms + excluded.duration_ms RETURNING {}",
      kPlaceColumns, kCountColumns, kLatencyColumns, kPlaceColumns, kLatencyColumns),
      use(place.minute), use(place.span), use(at[0]), use(at[1]), use(at[2]), use(at[3]),
      use(at[4]), use(at[5]), use(at[6]), use(at[7]), use(counts.n_requests),
      use(counts.prompt_tokens), use(counts.completion_tokens), use(counts.thinking_tokens),
      use(counts.n_truncated), use(counts.n_looped), use(counts.duration_ms), into(texts[0]),
      into(texts[1]), into(texts[2]), into(texts[3]), into(texts[4]);
  UsageSums merged;
  LEMMA_RETURN_IF_ERROR(ReadTexts(texts, merged));
  merged.Merge(sums);
  texts = TextsOf(merged);
  sql << "UPDATE usage_rollups SET queue = :queue, first_token = :first, per_token = :per_token, "
         "whole = :whole, answer = :answer WHERE minute = :minute AND span = :span AND "
         "key_id = :key AND profile = :profile AND profile_version = :version AND task = :task AND "
         "model = :model AND status = :status AND replica = :replica AND reason = :reason",
      use(texts[0]), use(texts[1]), use(texts[2]), use(texts[3]), use(texts[4]), use(place.minute),
      use(place.span), use(at[0]), use(at[1]), use(at[2]), use(at[3]), use(at[4]), use(at[5]),
      use(at[6]), use(at[7]);
  return Ok();
}

// " AND key_id IN (:f0, :f1)"; its names are ours, its values are bound.
std::string WhereOf(const std::vector<UsageFilter>& filters) {
  std::string where;
  int n = 0;
  for (const UsageFilter& filter : filters) {
    std::string places;
    for (size_t i = 0; i < filter.values.size(); ++i) {
      places += fmt::format("{}:f{}", i == 0 ? "" : ", ", n++);
    }
    where += fmt::format(" AND {} IN ({})", NameOf(filter.dimension), places);
  }
  return where;
}

}  // namespace

Status AddUsage(soci::session& sql, const UsageRows& rows) {
  for (const auto& [place, sums] : rows) LEMMA_RETURN_IF_ERROR(AddRow(sql, place, sums));
  return Ok();
}

Status VisitUsage(soci::session& sql, int64_t from_minute, int64_t to_minute,
                  const std::vector<UsageFilter>& filters, int64_t rows_max,
                  const UsageVisitor& row) {
  RowReader reader;
  auto prepared = sql.prepare << fmt::format(
                      "SELECT {}, {}, {} FROM usage_rollups WHERE span IN (1, 60) AND "
                      "minute >= :from_minute AND minute < :to_minute{} LIMIT {}",
                      kPlaceColumns, kCountColumns, kLatencyColumns, WhereOf(filters), rows_max);
  prepared, use(from_minute), use(to_minute);
  for (const UsageFilter& filter : filters) {
    for (const std::string& value : filter.values) prepared, use(value);
  }
  reader.Bind(prepared);
  soci::statement statement = prepared;
  statement.execute();
  while (statement.fetch()) {
    LEMMA_RETURN_IF_ERROR(reader.Read());
    LEMMA_RETURN_IF_ERROR(row(reader.place, reader.sums));
  }
  return Ok();
}

Result<UsageRows> TakeMinutes(soci::session& sql, int64_t from_minute, int64_t to_minute) {
  UsageRows rows;
  RowReader reader;
  auto prepared = sql.prepare << fmt::format(
                      "DELETE FROM usage_rollups WHERE span = 1 AND minute >= :from_minute AND "
                      "minute < :to_minute RETURNING {}, {}, {}",
                      kPlaceColumns, kCountColumns, kLatencyColumns);
  prepared, use(from_minute), use(to_minute);
  reader.Bind(prepared);
  soci::statement statement = prepared;
  statement.execute();
  while (statement.fetch()) {
    LEMMA_RETURN_IF_ERROR(reader.Read());
    rows[reader.place].Merge(reader.sums);
  }
  return rows;
}

int64_t FirstMinute(soci::session& sql, int64_t to_minute) {
  int64_t first = -1;
  sql << "SELECT coalesce(min(minute), -1) FROM usage_rollups WHERE span = 1 AND "
         "minute < :to_minute",
      use(to_minute), into(first);
  return first;
}

}  // namespace lemma::store
