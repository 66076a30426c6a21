// A threshold over usage, and what becomes of it: pure, without a database or a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/store/usage_filter.h"
#include "service/store/usage_sums.h"

namespace lemma::store {

struct AlertSpec {
  std::string name;      // for people
  std::string metric;    // AlertValue
  bool is_above = true;  // fires above the threshold; false: below it
  double threshold = 0;
  int64_t window_minutes = 5;  // of usage: these and the minute that runs
  int64_t for_minutes = 0;     // how long it must hold before it fires; 0: at once
  std::vector<UsageFilter> filters;
  std::string webhook_url;  // http:// or https://
};

inline constexpr int64_t kAlertWindowMinutesMax = 24 * 60;
inline constexpr size_t kAlertUrlBytesMax = 2000;

enum class AlertState { kInactive, kPending, kFiring, kResolved };
const char* NameOf(AlertState state);            // "inactive", ...
AlertState AlertStateOf(std::string_view name);  // kInactive where there is none of that name

struct AlertRule {
  std::string id;
  AlertSpec spec;
  int64_t created_ms = 0;  // Unix time
  AlertState state = AlertState::kInactive;
  int64_t since_ms = 0;         // of the state
  std::optional<double> value;  // when it was last looked at
  std::string delivery_error;   // of the last webhook; "": it arrived, or there was none
};

// kInvalidArgument names the field.
Status CheckAlert(const AlertSpec& spec);

// What the rule compares:
//   requests, errors, prompt_tokens, completion_tokens, thinking_tokens, truncated, looped
//   error_rate, truncated_rate, looped_rate    of the requests, 0 to 1
//   queue_p50 ... answer_p99                   UsageLatency and 50, 95 or 99: milliseconds
// Nothing where there is none: a rate or a percentile of no requests; kInvalidArgument, field
// "metric": there is no such metric.
Result<std::optional<double>> AlertValue(std::string_view metric, const UsageSums& sums);

// The state that follows at `now_ms`. What has no value does not hold.
AlertState NextState(const AlertRule& rule, const std::optional<double>& value, int64_t now_ms);

}  // namespace lemma::store
