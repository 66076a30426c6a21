// Properties of the limits, against a slow twin that keeps every charge and sums them anew.
#include "service/access/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "service/access/limit_headers.h"
#include "service/access/memory_limiter.h"

namespace lemma::access {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kDayMs = 24 * 60 * kMinuteMs;
constexpr int64_t kStart = 20'000 * kDayMs;  // midnight of a day in 2024

struct Charge {
  int64_t at_ms;
  int64_t n;
};

// The debt of a leaky bucket by Reich's formula: the largest, over all times since, of what flowed
// in from then on less what could drain from then on. In units x 60,000.
int64_t SlowDebt(const std::vector<Charge>& charges, int64_t limit, int64_t now_ms) {
  int64_t debt = 0;
  int64_t since = 0;
  for (size_t i = charges.size(); i-- > 0;) {
    since += charges[i].n * kMinuteMs;
    debt = std::max(debt, since - limit * (now_ms - charges[i].at_ms));
  }
  return debt;
}

// A key's whole history.
struct SlowLimiter {
  KeyLimits limits;
  std::vector<Charge> requests;
  std::vector<Charge> tokens;
  int64_t n_in_flight = 0;

  int64_t DayTokens(int64_t day) const {
    int64_t sum = 0;
    for (const Charge& charge : tokens) sum += DayOf(charge.at_ms) == day ? charge.n : 0;
    return sum;
  }
  bool Fits(int64_t n, int64_t now_ms) const {
    const auto fits = [&](const std::vector<Charge>& charges, int64_t limit, int64_t more) {
      return limit == 0 || SlowDebt(charges, limit, now_ms) + more * kMinuteMs <= limit * kMinuteMs;
    };
    return fits(requests, limits.requests_per_minute, 1) &&
           fits(tokens, limits.tokens_per_minute, n) &&
           (limits.tokens_per_day == 0 || DayTokens(DayOf(now_ms)) + n <= limits.tokens_per_day) &&
           (limits.concurrency == 0 || n_in_flight < limits.concurrency);
  }
};

struct Running {
  Claim claim;
  size_t index;  // in SlowLimiter::tokens
};

// Random requests that end at random times having used some of their tokens.
class RandomHistory {
 public:
  explicit RandomHistory(std::mt19937_64& random) : random_(random) {
    used_.limits = {Pick(0, 1) * Pick(1, 20), Pick(0, 1) * Pick(1, 2000),
                    Pick(0, 1) * Pick(1, 5000), Pick(0, 1) * Pick(1, 4)};
    reserved_ = used_;
    now_ms_ = kStart + Pick(0, kDayMs);
  }

  void Step() {
    const int64_t waits[] = {0, Pick(0, 50), Pick(0, 20'000), Pick(0, 200'000), Pick(0, kDayMs)};
    now_ms_ += waits[std::min<int64_t>(Pick(0, 40), 4)];
    if (Pick(0, 2) > 0 || running_.empty()) {
      Start(Pick(0, 700));
    } else {
      End(static_cast<size_t>(Pick(0, static_cast<int64_t>(running_.size()) - 1)));
    }
    ASSERT_EQ(usage_.n_in_flight, used_.n_in_flight);
  }

  int n_admitted = 0, n_refused = 0, n_refused_early = 0;

 private:
  int64_t Pick(int64_t min, int64_t max) {
    return std::uniform_int_distribution<int64_t>(min, max)(random_);
  }

  void Start(int64_t n) {
    const bool fits = used_.Fits(n, now_ms_);
    const Verdict verdict = Admit(usage_, used_.limits, n, now_ms_);
    if (!verdict.admitted()) {
      ASSERT_FALSE(reserved_.Fits(n, now_ms_)) << "refused what fits whatever is given back";
      ++n_refused;
      n_refused_early += fits ? 1 : 0;
      return;
    }
    ASSERT_TRUE(fits) << "admitted more than the limit";
    ++n_admitted;
    for (SlowLimiter* slow : {&used_, &reserved_}) {
      slow->requests.push_back({now_ms_, 1});
      slow->tokens.push_back({now_ms_, n});
      ++slow->n_in_flight;
    }
    running_.push_back({{used_.limits, n, now_ms_}, used_.tokens.size() - 1});
  }

  void End(size_t i) {
    const Running& ended = running_[i];
    const int64_t n_used = Pick(0, ended.claim.n_tokens);
    Settle(usage_, ended.claim, n_used, now_ms_);
    used_.tokens[ended.index].n = n_used;  // as if it had never asked for more
    --used_.n_in_flight;
    --reserved_.n_in_flight;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  std::mt19937_64& random_;
  KeyUsage usage_;
  SlowLimiter used_;      // each request's charge is what it used, once that is known
  SlowLimiter reserved_;  // ... what it reserved
  std::vector<Running> running_;
  int64_t now_ms_;
};

TEST(LimitsTest, NeverAdmitsMoreThanTheLimitInThousandsOfRandomSequences) {
  std::mt19937_64 random(7);
  int n_admitted = 0, n_refused = 0, n_refused_early = 0;
  for (int sequence = 0; sequence < 5000; ++sequence) {
    RandomHistory history(random);
    for (int step = 0; step < 60; ++step) {
      history.Step();
      if (testing::Test::HasFatalFailure()) FAIL() << sequence << ", step " << step;
    }
    n_admitted += history.n_admitted;
    n_refused += history.n_refused;
    n_refused_early += history.n_refused_early;
  }
  EXPECT_GT(n_admitted, 10'000);
  EXPECT_GT(n_refused, 10'000);
  // The price of knowing a sum rather than the history: some refunds are smaller than they might
  // be.
  EXPECT_LT(n_refused_early, n_refused / 100);
}

TEST(LimitsTest, ARefundNeverPaysForTheTokensOfOthers) {
  const KeyLimits limits{0, 1000, 0, 0};
  KeyUsage usage;
  ASSERT_TRUE(Admit(usage, limits, 1000, kStart).admitted());
  ASSERT_TRUE(Admit(usage, limits, 1000, kStart + kMinuteMs).admitted());  // the first has drained
  Settle(usage, {limits, 1000, kStart}, 0, kStart + kMinuteMs);
  EXPECT_FALSE(Admit(usage, limits, 1, kStart + kMinuteMs).admitted());
}

TEST(LimitsTest, RetryAfterIsTheFirstMillisecondThatHelps) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 5000; ++i) {
    const KeyLimits limits{1 + static_cast<int64_t>(random() % 90),
                           500 + static_cast<int64_t>(random() % 90'000), 0, 0};
    KeyUsage usage;
    int64_t now_ms = kStart;
    Verdict verdict;
    const auto n = [&] { return static_cast<int64_t>(random() % 500); };
    int64_t n_tokens = n();
    while ((verdict = Admit(usage, limits, n_tokens, now_ms)).admitted()) {
      n_tokens = n();
      now_ms += static_cast<int64_t>(random() % 100);
    }
    ASSERT_GT(verdict.retry_after_ms, 0);
    KeyUsage early = usage;
    EXPECT_FALSE(Admit(early, limits, n_tokens, now_ms + verdict.retry_after_ms - 1).admitted());
    EXPECT_TRUE(Admit(usage, limits, n_tokens, now_ms + verdict.retry_after_ms).admitted());
  }
}

TEST(LimitsTest, SaysWhichLimitAndWhatIsLeft) {
  const KeyLimits limits{2, 1000, 0, 0};
  KeyUsage usage;
  Verdict verdict = Admit(usage, limits, 400, kStart);
  EXPECT_EQ(verdict.requests.limit, 2);
  EXPECT_EQ(verdict.requests.remaining, 1);
  EXPECT_EQ(verdict.requests.reset_ms, 30'000);
  EXPECT_EQ(verdict.tokens.remaining, 600);
  EXPECT_EQ(verdict.tokens.reset_ms, 24'000);
  verdict = Admit(usage, limits, 700, kStart);
  EXPECT_EQ(verdict.refused_by, LimitKind::kTokensPerMinute);
  EXPECT_EQ(verdict.retry_after_ms, 6'000);  // 100 tokens at 1000 a minute
  EXPECT_EQ(verdict.requests.remaining, 1) << "a refused request takes nothing";
  EXPECT_TRUE(Admit(usage, limits, 1, kStart).admitted());
  EXPECT_EQ(Admit(usage, limits, 1, kStart).refused_by, LimitKind::kRequestsPerMinute);
}

TEST(LimitsTest, MoreThanTheWholeLimitIsHopelessAndSaysSo) {
  KeyUsage usage;
  const Verdict verdict = Admit(usage, {0, 1000, 0, 0}, 1001, kStart);
  EXPECT_TRUE(verdict.is_hopeless);
  EXPECT_EQ(verdict.retry_after_ms, 0);
  EXPECT_THAT(RefusalText(verdict), testing::HasSubstr("tokens_per_minute"));
  EXPECT_THAT(LimitHeaders(verdict), testing::Contains(testing::Pair("x-should-retry", "false")));
}

TEST(LimitsTest, TheDayBeginsAtMidnightUtcAndARefundGoesToItsOwnDay) {
  const KeyLimits limits{0, 0, 1000, 0};
  KeyUsage usage;
  EXPECT_TRUE(Admit(usage, limits, 1000, kStart + kDayMs - 1).admitted());
  const Verdict verdict = Admit(usage, limits, 1, kStart + kDayMs - 1);
  EXPECT_EQ(verdict.refused_by, LimitKind::kTokensPerDay);
  EXPECT_EQ(verdict.retry_after_ms, 1);
  EXPECT_TRUE(Admit(usage, limits, 300, kStart + kDayMs).admitted());
  Settle(usage, {limits, 1000, kStart + kDayMs - 1}, 10, kStart + kDayMs);
  EXPECT_EQ(usage.day_tokens, 300);
}

TEST(LimitsTest, AClockThatJumpsGivesAtMostOneFreshLimit) {
  const KeyLimits limits{10, 0, 0, 0};
  KeyUsage usage;
  const auto admitted = [&](int64_t at_ms) {
    int n = 0;
    for (int i = 0; i < 100; ++i) n += Admit(usage, limits, 0, at_ms).admitted() ? 1 : 0;
    return n;
  };
  EXPECT_EQ(admitted(kStart), 10);
  EXPECT_EQ(admitted(kStart - 3'600'000), 0);
  EXPECT_EQ(admitted(kStart - 3'600'000 + 6'000), 1) << "counts on from where the clock is";
  EXPECT_EQ(admitted(kStart + 3'600'000), 10);
}

TEST(LimitsTest, GatewaysWhoseClocksDifferAdmitNoMoreThanOneClockDoes) {
  const KeyLimits limits{60, 6000, 0, 0};
  const auto admitted = [&](int64_t ahead_ms) {
    KeyUsage usage;
    int n = 0;
    for (int64_t i = 0; i < 6000; ++i) {  // a minute, round robin
      const int64_t now_ms = kStart + i * 10 + (i % 2 == 0 ? ahead_ms : 0);
      if (!Admit(usage, limits, 100, now_ms).admitted()) continue;
      Settle(usage, {limits, 100, now_ms}, i % 3 == 0 ? 100 : 50, now_ms);
      ++n;
    }
    return n;
  };
  const int n_one = admitted(0);
  EXPECT_GE(n_one, 100);
  EXPECT_LE(n_one, 120);
  EXPECT_LE(admitted(500), n_one + 1);
  EXPECT_GE(admitted(500), n_one - 1);
}

TEST(LimitsTest, AClockThatIsBehindIsToldWhenByItself) {
  const KeyLimits limits{1, 0, 1000, 0};
  KeyUsage usage;
  ASSERT_TRUE(Admit(usage, limits, 600, kStart).admitted());
  Verdict verdict = Admit(usage, limits, 100, kStart - 500);
  EXPECT_EQ(verdict.refused_by, LimitKind::kRequestsPerMinute);
  EXPECT_EQ(verdict.retry_after_ms, kMinuteMs + 500);
  verdict = Admit(usage, limits, 500, kStart - 500);
  EXPECT_EQ(verdict.refused_by, LimitKind::kTokensPerDay) << "the day that has begun goes on";
}

TEST(LimitsTest, ExtremeNumbersNeverOverflowOrGoNegative) {
  const KeyLimits limits{kLimitMax, kLimitMax, kDayLimitMax, kLimitMax};
  KeyUsage usage;
  EXPECT_TRUE(Admit(usage, limits, kRequestTokensMax, kStart).admitted());
  for (int i = 0; i < 200'000; ++i) {
    Settle(usage, {limits, 0, kStart}, INT64_MAX, kStart);  // far more than it had claimed
  }
  EXPECT_GT(usage.tokens.debt, 0);
  EXPECT_GT(usage.day_tokens, 0);
  EXPECT_FALSE(Admit(usage, limits, 1, kStart).admitted());
  Settle(usage, {limits, kRequestTokensMax, kStart}, -5, kStart + 1);
  EXPECT_GE(usage.tokens.debt, 0);
  EXPECT_EQ(usage.n_in_flight, 0);
}

TEST(LimitsTest, HeadersAreThoseThatClientsRead) {
  using testing::Pair;
  KeyUsage usage;
  Verdict verdict = Admit(usage, {60, 6000, 0, 1}, 1500, kStart);
  EXPECT_THAT(
      LimitHeaders(verdict),
      testing::ElementsAre(
          Pair("x-ratelimit-limit-requests", "60"), Pair("x-ratelimit-remaining-requests", "59"),
          Pair("x-ratelimit-reset-requests", "1s"), Pair("x-ratelimit-limit-tokens", "6000"),
          Pair("x-ratelimit-remaining-tokens", "4500"), Pair("x-ratelimit-reset-tokens", "15s")));
  verdict = Admit(usage, {60, 6000, 0, 1}, 1500, kStart);
  EXPECT_THAT(LimitHeaders(verdict),
              testing::IsSupersetOf({Pair("retry-after", "1"), Pair("retry-after-ms", "1000"),
                                     Pair("x-should-retry", "true")}));
  verdict = Admit(usage, {0, 0, 1600, 0}, 1500, kStart);
  EXPECT_THAT(LimitHeaders(verdict), testing::IsSupersetOf({Pair("retry-after", "86400"),
                                                            Pair("x-should-retry", "false")}));
}

// Runs `body` in n threads that all start at once.
void InThreads(int n, const std::function<void()>& body) {
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) {
    threads.emplace_back([&] {
      while (!go) std::this_thread::yield();
      body();
    });
  }
  go = true;
  for (std::thread& thread : threads) thread.join();
}

TEST(MemoryLimiterTest, AThousandSimultaneousThreadsAdmitExactlyTheLimit) {
  const ManualUnixClock clock(kStart);
  const struct {
    KeyLimits limits;
    int n_expected;
  } cases[] = {
      {{137, 0, 0, 0}, 137}, {{0, 1000, 0, 0}, 100}, {{0, 0, 2509, 0}, 250}, {{0, 0, 0, 42}, 42}};
  for (const auto& [limits, n_expected] : cases) {
    MemoryLimiter limiter(clock);
    Mutex mutex;
    std::vector<Reservation> held;
    InThreads(1000, [&] {
      Result<Admission> admission = limiter.Admit("key", limits, 10);
      const MutexLock lock(mutex);
      if (admission->verdict.admitted()) held.push_back(std::move(admission->reservation));
    });
    EXPECT_EQ(held.size(), static_cast<size_t>(n_expected));
    EXPECT_EQ(limiter.n_in_flight("key"), n_expected);
    held.clear();  // none of them ran
    EXPECT_EQ(limiter.n_in_flight("key"), 0);
  }
}

TEST(MemoryLimiterTest, ACancelledRequestPaysWhatItUsedAndOneThatNeverRanNothing) {
  const ManualUnixClock clock(kStart);
  MemoryLimiter limiter(clock);
  const KeyLimits limits{0, 1000, 0, 0};
  {
    Admission cancelled = *limiter.Admit("key", limits, 900);
    Admission never_ran = *limiter.Admit("key", limits, 100);
    EXPECT_FALSE(limiter.Admit("key", limits, 1)->verdict.admitted());
    cancelled.reservation.Settle(250);
    cancelled.reservation.Settle(999);  // the first call counts
  }
  EXPECT_EQ(limiter.Admit("key", limits, 751)->verdict.admitted(), false);
  EXPECT_EQ(limiter.Admit("key", limits, 750)->verdict.admitted(), true);
  EXPECT_EQ(limiter.Admit("another", limits, 1000)->verdict.admitted(), true);
}

}  // namespace
}  // namespace lemma::access
