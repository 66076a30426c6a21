#include "service/access/time_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

namespace lemma::access {
namespace {

constexpr int64_t kDayMs = 24 * 3600 * int64_t{1000};
constexpr int64_t kDurationMsMax = 36525 * kDayMs;

int64_t UnitMs(char unit) {
  switch (unit) {
    case 's':
      return 1000;
    case 'm':
      return 60 * 1000;
    case 'h':
      return 3600 * 1000;
    case 'd':
      return kDayMs;
    case 'w':
      return 7 * kDayMs;
    default:
      return 0;
  }
}

std::optional<int64_t> ParseDate(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, n_read = 0;
  if (text.find_first_not_of("0123456789-T:Z") != std::string::npos) return std::nullopt;
  if (text.size() == 10) {
    std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &n_read);
  } else {
    std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
                &second, &n_read);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (n_read != static_cast<int>(text.size()) || !date.ok() || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * kDayMs + ((hour * 60 + minute) * 60 + second) * int64_t{1000};
}

}  // namespace

Result<int64_t> ParseDuration(const std::string& text) {
  int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  const bool has_unit = parsed.ec == std::errc() && parsed.ptr + 1 == end;
  const int64_t unit_ms = has_unit ? UnitMs(*parsed.ptr) : 0;
  if (unit_ms == 0 || count <= 0 || count > kDurationMsMax / unit_ms) {
    return InvalidArgument("must be a number and s, m, h, d or w, as in 30d (at most 100 years)");
  }
  return count * unit_ms;
}

Result<int64_t> ParseGrace(const std::string& text) {
  if (text == "0") return int64_t{0};
  return ParseDuration(text);
}

Result<int64_t> ParseExpiry(const std::string& text, int64_t now_ms) {
  if (const auto duration_ms = ParseDuration(text); duration_ms.ok()) return now_ms + *duration_ms;
  const std::optional<int64_t> time_ms = ParseDate(text);
  if (!time_ms) {
    return InvalidArgument(
        "must be a duration (30d, 12h), a date (2027-01-31) or a time "
        "(2027-01-31T18:00:00Z)");
  }
  if (*time_ms <= now_ms) return InvalidArgument("must lie in the future");
  return *time_ms;
}

std::string TimeText(int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(unix_ms / 1000));
}

}  // namespace lemma::access
