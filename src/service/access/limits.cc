#include "service/access/limits.h"

#include <algorithm>

#include "common/base/check.h"

namespace lemma::access {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kDayMs = 24 * 60 * kMinuteMs;
// When a running request will end is not known; a second is what people wait.
constexpr int64_t kConcurrencyRetryMs = 1000;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Clocks of gateways that share a bucket differ: one that is behind drains nothing and leaves the
// bucket's time where it is, else the next one that is ahead would drain the same time again. A
// clock that was set back by more counts from where it is, so that no key is refused for hours.
constexpr int64_t kBehindMsMax = kMinuteMs;

void Drain(Bucket& bucket, int64_t limit, int64_t now_ms) {
  if (now_ms < bucket.at_ms && now_ms >= bucket.at_ms - kBehindMsMax) return;
  const int64_t elapsed_ms = std::max<int64_t>(0, now_ms - bucket.at_ms);
  bucket.debt = elapsed_ms > bucket.debt / limit ? 0 : bucket.debt - elapsed_ms * limit;
  bucket.at_ms = now_ms;
}

// Until `n` more fit, by the clock that says `now_ms`; 0: now. Requires n <= limit.
int64_t WaitMs(const Bucket& bucket, int64_t limit, int64_t n, int64_t now_ms) {
  const int64_t excess = bucket.debt + (n - limit) * kMinuteMs;
  if (excess <= 0) return 0;
  return CeilDiv(excess, limit) + std::max<int64_t>(0, bucket.at_ms - now_ms);
}

LimitState StateOf(const Bucket& bucket, int64_t limit) {
  const int64_t free = std::max<int64_t>(0, limit * kMinuteMs - bucket.debt);
  return {limit, free / kMinuteMs, CeilDiv(bucket.debt, limit)};
}

void Add(Bucket& bucket, int64_t debt) {
  bucket.debt = std::clamp<int64_t>(bucket.debt + debt, 0, kDebtMax);
}

// What of a claim cannot have drained out of a bucket that was drained until `at_ms`, whatever else
// flowed in.
int64_t UndrainedDebt(const Claim& claim, int64_t at_ms) {
  const int64_t limit = claim.limits.tokens_per_minute;
  const int64_t debt = claim.n_tokens * kMinuteMs;
  const int64_t elapsed_ms = std::max<int64_t>(0, at_ms - claim.at_ms);
  return elapsed_ms > debt / limit ? 0 : debt - elapsed_ms * limit;
}

// Keeps of all refusals the one that lasts longest.
void Refuse(Verdict& verdict, LimitKind kind, int64_t wait_ms, bool is_hopeless) {
  if (verdict.is_hopeless || (!is_hopeless && wait_ms <= verdict.retry_after_ms)) return;
  verdict.refused_by = kind;
  verdict.is_hopeless = is_hopeless;
  verdict.retry_after_ms = is_hopeless ? 0 : wait_ms;
}

void Check(Verdict& verdict, LimitKind kind, int64_t limit, int64_t n, int64_t wait_ms) {
  if (n > limit) {
    Refuse(verdict, kind, 0, /*is_hopeless=*/true);
  } else if (wait_ms > 0) {
    Refuse(verdict, kind, wait_ms, /*is_hopeless=*/false);
  }
}

void CheckLimits(Verdict& verdict, const KeyUsage& usage, const KeyLimits& limits, int64_t n_tokens,
                 int64_t now_ms) {
  if (const int64_t limit = limits.requests_per_minute; limit > 0) {
    Check(verdict, LimitKind::kRequestsPerMinute, limit, 1,
          WaitMs(usage.requests, limit, 1, now_ms));
  }
  if (const int64_t limit = limits.tokens_per_minute; limit > 0) {
    Check(verdict, LimitKind::kTokensPerMinute, limit, n_tokens,
          n_tokens > limit ? 0 : WaitMs(usage.tokens, limit, n_tokens, now_ms));
  }
  if (const int64_t limit = limits.tokens_per_day; limit > 0) {
    const bool fits = usage.day_tokens + n_tokens <= limit;
    Check(verdict, LimitKind::kTokensPerDay, limit, n_tokens,
          fits ? 0 : (usage.day + 1) * kDayMs - now_ms);
  }
  if (const int64_t limit = limits.concurrency; limit > 0 && usage.n_in_flight >= limit) {
    Refuse(verdict, LimitKind::kConcurrency, kConcurrencyRetryMs, /*is_hopeless=*/false);
  }
}

void DescribeLimits(Verdict& verdict, const KeyUsage& usage, const KeyLimits& limits,
                    int64_t now_ms) {
  if (limits.requests_per_minute > 0) {
    verdict.requests = StateOf(usage.requests, limits.requests_per_minute);
  }
  if (limits.tokens_per_minute > 0) {
    verdict.tokens = StateOf(usage.tokens, limits.tokens_per_minute);
  }
  if (const int64_t limit = limits.tokens_per_day; limit > 0) {
    const int64_t remaining = std::max<int64_t>(0, limit - usage.day_tokens);
    if (verdict.tokens.limit == 0 || remaining < verdict.tokens.remaining) {
      verdict.tokens = {limit, remaining, (usage.day + 1) * kDayMs - now_ms};
    }
  }
}

void DrainAll(KeyUsage& usage, const KeyLimits& limits, int64_t now_ms) {
  if (limits.requests_per_minute > 0) Drain(usage.requests, limits.requests_per_minute, now_ms);
  if (limits.tokens_per_minute > 0) Drain(usage.tokens, limits.tokens_per_minute, now_ms);
  if (usage.day < DayOf(now_ms) || usage.day > DayOf(now_ms + kBehindMsMax)) {
    usage.day = DayOf(now_ms);
    usage.day_tokens = 0;
  }
}

void TakeDrained(KeyUsage& usage, const KeyLimits& limits, int64_t n_tokens) {
  if (limits.requests_per_minute > 0) Add(usage.requests, kMinuteMs);
  if (limits.tokens_per_minute > 0) Add(usage.tokens, n_tokens * kMinuteMs);
  usage.day_tokens += n_tokens;
  ++usage.n_in_flight;
}

}  // namespace

const char* LimitName(LimitKind kind) {
  switch (kind) {
    case LimitKind::kNone:
      return "none";
    case LimitKind::kRequestsPerMinute:
      return "requests_per_minute";
    case LimitKind::kTokensPerMinute:
      return "tokens_per_minute";
    case LimitKind::kTokensPerDay:
      return "tokens_per_day";
    case LimitKind::kConcurrency:
      return "concurrency";
  }
  return "none";
}

int64_t DayOf(int64_t unix_ms) { return unix_ms / kDayMs; }

Verdict Admit(KeyUsage& usage, const KeyLimits& limits, int64_t n_tokens, int64_t now_ms) {
  LEMMA_CHECK(n_tokens >= 0 && n_tokens <= kRequestTokensMax, "a request's tokens out of range");
  DrainAll(usage, limits, now_ms);
  Verdict verdict;
  CheckLimits(verdict, usage, limits, n_tokens, now_ms);
  if (verdict.admitted()) TakeDrained(usage, limits, n_tokens);
  DescribeLimits(verdict, usage, limits, now_ms);
  return verdict;
}

void Take(KeyUsage& usage, const Claim& claim) {
  DrainAll(usage, claim.limits, claim.at_ms);
  TakeDrained(usage, claim.limits, claim.n_tokens);
}

void Settle(KeyUsage& usage, const Claim& claim, int64_t n_used, int64_t now_ms) {
  const int64_t more = std::clamp<int64_t>(n_used, 0, kRequestTokensMax) - claim.n_tokens;
  if (const int64_t limit = claim.limits.tokens_per_minute; limit > 0) {
    Drain(usage.tokens, limit, now_ms);
    Add(usage.tokens, std::max(more * kMinuteMs, -UndrainedDebt(claim, usage.tokens.at_ms)));
  }
  if (usage.day == DayOf(claim.at_ms))
    usage.day_tokens = std::max<int64_t>(0, usage.day_tokens + more);
  usage.n_in_flight = std::max<int64_t>(0, usage.n_in_flight - 1);
}

}  // namespace lemma::access
