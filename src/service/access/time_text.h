// Times and durations as people write them. Unix milliseconds, UTC. Any thread.
// Errors: kInvalidArgument, saying what is understood.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/status.h"

namespace lemma::access {

inline constexpr int64_t kTimeMsMax = 253402300799999;  // the end of the year 9999

// "90s", "15m", "12h", "30d", "2w" -> milliseconds; more than 0, at most 100 years.
Result<int64_t> ParseDuration(const std::string& text);

// As ParseDuration; "0" is none at all.
Result<int64_t> ParseGrace(const std::string& text);

// A duration from now on, or a date (2027-01-31: its beginning) or time (2027-01-31T18:00:00Z).
// A time that has passed is refused.
Result<int64_t> ParseExpiry(const std::string& text, int64_t now_ms);

// "2027-01-31T18:00:00Z"
std::string TimeText(int64_t unix_ms);

}  // namespace lemma::access
