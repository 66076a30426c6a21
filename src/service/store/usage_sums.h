// What many requests have used together: by what they are told apart, what is counted, and how long
// they took. Plain data; not thread-safe.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/store/latency_histogram.h"
#include "service/store/request_record.h"

namespace lemma::store {

enum class UsageDimension {
  kKey,             // an API key's id; "": none
  kProfile,         // "custom": the client's own system prompt
  kProfileVersion,  // "3"; "": no profile
  kTask,            // the profile's task type, "math"
  kModel,
  kStatus,   // HTTP, "200"
  kReplica,  // "": none was asked
  kReason,   // why there was no good answer; "": there was one
};
inline constexpr size_t kUsageDimensions = 8;
using UsageValues = std::array<std::string, kUsageDimensions>;  // by UsageDimension

enum class UsageLatency {
  kQueue,       // waiting to be admitted
  kFirstToken,  // until the first byte of an answer
  kPerToken,    // of the output, after the first one
  kWhole,       // until the answer's end
  kAnswer,      // until the first byte after the thinking
};
inline constexpr size_t kUsageLatencies = 5;

// As the database's columns and the queries call them: "key_id", "first_token".
const char* NameOf(UsageDimension dimension);
const char* NameOf(UsageLatency latency);
std::optional<UsageDimension> UsageDimensionOf(std::string_view name);

// The requests that ended in these minutes and agree in all dimensions.
struct UsagePlace {
  int64_t minute = 0;  // the first, since 1970 UTC
  int64_t span = 1;    // minutes
  UsageValues values;
  auto operator<=>(const UsagePlace&) const = default;
};

// Where a request counts: it is known when it ends, so that a minute that is over stays as it is.
UsagePlace PlaceOf(const RequestRecord& record);

struct UsageCounts {
  int64_t n_requests = 0;
  int64_t n_errors = 0;  // without a good answer: UsageDimension::kReason
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;  // thinking included
  int64_t thinking_tokens = 0;
  int64_t n_truncated = 0;  // finish_reason "length"
  int64_t n_looped = 0;     // the loop guard stepped in
  int64_t duration_ms = 0;  // the sum
  bool operator==(const UsageCounts&) const = default;
};

struct UsageSums {
  UsageCounts counts;
  std::array<LatencyHistogram, kUsageLatencies> latencies;  // by UsageLatency

  void Add(const RequestRecord& record);
  void Merge(const UsageSums& other);
  const LatencyHistogram& of(UsageLatency latency) const {
    return latencies[static_cast<size_t>(latency)];
  }
  bool operator==(const UsageSums&) const = default;
};

}  // namespace lemma::store
