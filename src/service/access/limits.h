// How much a key may use: the arithmetic of its limits, without a clock, a lock or a database.
// Whole numbers only, so nothing is ever rounded in anyone's favour.
//
// Requests and tokens a minute are GCRA (ITU-T I.371) in its leaky-bucket form: a limit of L lets
// at most L through at once, and at most L + L x t/60s in any span of t. Tokens a day are counted
// in days of UTC. A request's tokens (its prompt and all it may generate) are taken when it is
// admitted; what it did not use is given back when it ends. Of a minute's tokens only that part is
// given back which cannot have drained meanwhile: else a long request's refund would pay for
// tokens of others, and the bound above would not hold.
#pragma once

#include <cstdint>

namespace lemma::access {

inline constexpr int64_t kLimitMax = 1'000'000'000;         // of a minute, and of concurrency
inline constexpr int64_t kDayLimitMax = 1'000'000'000'000;  // of a day
inline constexpr int64_t kRequestTokensMax = 1'000'000'000;

// 0: without that limit.
struct KeyLimits {
  int64_t requests_per_minute = 0;
  int64_t tokens_per_minute = 0;
  int64_t tokens_per_day = 0;
  int64_t concurrency = 0;  // requests that run at the same time

  bool any() const {
    return requests_per_minute > 0 || tokens_per_minute > 0 || tokens_per_day > 0 ||
           concurrency > 0;
  }
};

enum class LimitKind {
  kNone,
  kRequestsPerMinute,
  kTokensPerMinute,
  kTokensPerDay,
  kConcurrency,
};

// "requests_per_minute", ...; "none".
const char* LimitName(LimitKind kind);

// What flowed in and has not drained yet, in units x 60,000: it drains by `limit` a millisecond.
inline constexpr int64_t kDebtMax = int64_t{1} << 61;
struct Bucket {
  int64_t debt = 0;   // at most kDebtMax
  int64_t at_ms = 0;  // when `debt` was true, Unix time
};

// What one key has used. All zeros: nothing.
struct KeyUsage {
  Bucket requests;
  Bucket tokens;
  int64_t day = 0;  // days since 1970, UTC; day_tokens are of this day
  int64_t day_tokens = 0;
  int64_t n_in_flight = 0;
};

// One limit as its headers tell it (x-ratelimit-*). limit = 0: there is none.
struct LimitState {
  int64_t limit = 0;
  int64_t remaining = 0;
  int64_t reset_ms = 0;  // until `remaining` is `limit` again
};

struct Verdict {
  LimitKind refused_by = LimitKind::kNone;  // of several: the one that lasts longest
  int64_t retry_after_ms = 0;               // > 0 where refused and waiting helps
  bool is_hopeless =
      false;            // refused, and no wait will help: it asks for more than the whole limit
  LimitState requests;  // a minute
  LimitState tokens;    // a minute, or a day where that is the only limit or the tighter one

  bool admitted() const { return refused_by == LimitKind::kNone; }
};

// Admits a request of `n_tokens` (0..kRequestTokensMax) and takes what it needs, or takes nothing.
Verdict Admit(KeyUsage& usage, const KeyLimits& limits, int64_t n_tokens, int64_t now_ms);

// What Admit took, kept until the request ends.
struct Claim {
  KeyLimits limits;  // as they were then
  int64_t n_tokens = 0;
  int64_t at_ms = 0;  // when it was admitted
};

// Takes what another count of the same key has admitted.
void Take(KeyUsage& usage, const Claim& claim);

// The request has ended and used `n_used` tokens (0: it never ran): gives the rest of its claim
// back, or charges what it used beyond it.
void Settle(KeyUsage& usage, const Claim& claim, int64_t n_used, int64_t now_ms);

int64_t DayOf(int64_t unix_ms);

}  // namespace lemma::access
