#include "service/store/alert_rule.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace lemma::store {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr const char* kStateNames[] = {"inactive", "pending", "firing", "resolved"};

const std::map<std::string_view, int64_t UsageCounts::*>& Counts() {
  static const std::map<std::string_view, int64_t UsageCounts::*> counts = {
      {"requests", &UsageCounts::n_requests},
      {"errors", &UsageCounts::n_errors},
      {"prompt_tokens", &UsageCounts::prompt_tokens},
      {"completion_tokens", &UsageCounts::completion_tokens},
      {"thinking_tokens", &UsageCounts::thinking_tokens},
      {"truncated", &UsageCounts::n_truncated},
      {"looped", &UsageCounts::n_looped}};
  return counts;
}

const std::map<std::string_view, int64_t UsageCounts::*>& Rates() {
  static const std::map<std::string_view, int64_t UsageCounts::*> rates = {
      {"error_rate", &UsageCounts::n_errors},
      {"truncated_rate", &UsageCounts::n_truncated},
      {"looped_rate", &UsageCounts::n_looped}};
  return rates;
}

bool Holds(const AlertSpec& spec, const std::optional<double>& value) {
  return value && (spec.is_above ? *value > spec.threshold : *value < spec.threshold);
}

Status CheckUrl(const std::string& url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  if (!has_scheme || url.size() > kAlertUrlBytesMax) {
    return InvalidArgument(fmt::format("must be an http:// or https:// address of at most {} bytes",
                                       kAlertUrlBytesMax),
                           "webhook_url");
  }
  const std::string_view host = std::string_view(url).substr(url.find("://") + 3);
  if (host.substr(0, host.find_first_of("/?#")).find('@') != host.npos) {
    return InvalidArgument("must hold no user and password: a receiver checks the signature",
                           "webhook_url");
  }
  for (const char c : url) {
    if (c <= ' ' || c == 127) {
      return InvalidArgument("must hold no blanks or control characters", "webhook_url");
    }
  }
  return Ok();
}

}  // namespace

const char* NameOf(AlertState state) { return kStateNames[static_cast<size_t>(state)]; }

AlertState AlertStateOf(std::string_view name) {
  for (const AlertState state :
       {AlertState::kPending, AlertState::kFiring, AlertState::kResolved}) {
    if (NameOf(state) == name) return state;
  }
  return AlertState::kInactive;
}

Status CheckAlert(const AlertSpec& spec) {
  if (spec.name.empty() || spec.name.size() > 100) {
    return InvalidArgument("must have 1 to 100 bytes", "name");
  }
  LEMMA_RETURN_IF_ERROR(AlertValue(spec.metric, {}).status());
  if (!std::isfinite(spec.threshold)) return InvalidArgument("must be a number", "threshold");
  if (spec.window_minutes < 1 || spec.window_minutes > kAlertWindowMinutesMax) {
    return InvalidArgument(fmt::format("must be from 1 to {}", kAlertWindowMinutesMax),
                           "window_minutes");
  }
  if (spec.for_minutes < 0 || spec.for_minutes > kAlertWindowMinutesMax) {
    return InvalidArgument(fmt::format("must be from 0 to {}", kAlertWindowMinutesMax),
                           "for_minutes");
  }
  LEMMA_RETURN_IF_ERROR(CheckFilters(spec.filters));
  return CheckUrl(spec.webhook_url);
}

Result<std::optional<double>> AlertValue(std::string_view metric, const UsageSums& sums) {
  const UsageCounts& counts = sums.counts;
  if (const auto count = Counts().find(metric); count != Counts().end()) {
    return std::optional<double>(static_cast<double>(counts.*count->second));
  }
  if (const auto rate = Rates().find(metric); rate != Rates().end()) {
    if (counts.n_requests == 0) return std::optional<double>();
    return std::optional<double>(static_cast<double>(counts.*rate->second) /
                                 static_cast<double>(counts.n_requests));
  }
  for (size_t i = 0; i < kUsageLatencies; ++i) {
    for (const int percent : {50, 95, 99}) {
      if (metric != fmt::format("{}_p{}", NameOf(static_cast<UsageLatency>(i)), percent)) continue;
      const LatencyHistogram& latency = sums.latencies[i];
      if (latency.count() == 0) return std::optional<double>();
      return std::optional<double>(latency.Percentile(percent / 100.0) / 1000);
    }
  }
  return InvalidArgument(
      "must be requests, errors, prompt_tokens, completion_tokens, thinking_tokens, truncated, "
      "looped, error_rate, truncated_rate, looped_rate, or queue, first_token, per_token, whole or "
      "answer with _p50, _p95 or _p99",
      "metric");
}

AlertState NextState(const AlertRule& rule, const std::optional<double>& value, int64_t now_ms) {
  if (!Holds(rule.spec, value)) {
    if (rule.state == AlertState::kPending) return AlertState::kInactive;
    return rule.state == AlertState::kFiring ? AlertState::kResolved : rule.state;
  }
  if (rule.state == AlertState::kFiring) return rule.state;
  const bool is_pending = rule.state == AlertState::kPending;
  const int64_t held_ms = is_pending ? now_ms - rule.since_ms : 0;
  return held_ms >= rule.spec.for_minutes * kMinuteMs ? AlertState::kFiring : AlertState::kPending;
}

}  // namespace lemma::store
