#include "service/store/store_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <chrono>
#include <random>
#include <thread>

#include "service/access/memory_limiter.h"
#include "service/store/key_store.h"
#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using access::Admission;
using access::KeyLimits;
using access::LimitKind;
using access::Reservation;

constexpr int64_t kDayMs = 24 * 3600 * int64_t{1000};
constexpr int64_t kNow = 20'000 * kDayMs;

class StoreLimiterTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    const auto keys = *KeyStore::Open(*database_, directory_ / "key-secret", clock_);
    key_id_ = keys->Create(Named("a"))->key.id;
  }
  int64_t DayTokens(StoreLimiter& limiter) {
    return *limiter.DayTokens(key_id_, access::DayOf(clock_.NowMs()));
  }
  void Execute(const std::string& statement) {
    const Status status = database_->Write([&](soci::session& sql) {
      sql << statement;
      return Ok();
    });
    ASSERT_TRUE(status.ok()) << status.message();
  }
  int64_t CountReservations() {
    int64_t n = -1;
    const Status status = database_->Read([&](soci::session& sql) {
      sql << "SELECT count(*) FROM reservations", soci::into(n);
      return Ok();
    });
    EXPECT_TRUE(status.ok()) << status.message();
    return n;
  }

  ManualUnixClock clock_{kNow};
  std::unique_ptr<Database> database_;
  std::string key_id_;
};
LEMMA_FOR_BOTH_DATABASES(StoreLimiterTest);

TEST_P(StoreLimiterTest, AdmitsWhatTheMemoryLimiterAdmits) {
  std::mt19937_64 random(3);
  const KeyLimits limits{30, 3000, 8000, 3};
  // The clock outruns every lease that could be renewed.
  StoreLimiter shared(*database_, clock_, {.lease = std::chrono::hours(24 * 365)});
  access::MemoryLimiter memory(clock_);
  struct Pair {
    Reservation shared, memory;
  };
  std::vector<Pair> running;
  int n_refused = 0;
  for (int i = 0; i < 300; ++i) {
    clock_.Advance(static_cast<int64_t>(random() % 9 == 0 ? random() % 9'000'000 : random() % 900));
    if (random() % 5 < 3) {
      const auto n = static_cast<int64_t>(random() % 900);
      Admission a = *shared.Admit(key_id_, limits, n);
      Admission b = *memory.Admit(key_id_, limits, n);
      ASSERT_EQ(a.verdict.refused_by, b.verdict.refused_by) << i;
      ASSERT_EQ(a.verdict.retry_after_ms, b.verdict.retry_after_ms) << i;
      ASSERT_EQ(a.verdict.tokens.remaining, b.verdict.tokens.remaining) << i;
      ASSERT_EQ(a.verdict.requests.reset_ms, b.verdict.requests.reset_ms) << i;
      n_refused += a.verdict.admitted() ? 0 : 1;
      if (a.verdict.admitted()) {
        running.push_back({std::move(a.reservation), std::move(b.reservation)});
      }
    } else if (!running.empty()) {
      const auto n_used = static_cast<int64_t>(random() % 1000);  // at times more than reserved
      running.back().shared.Settle(n_used);
      running.back().memory.Settle(n_used);
      running.pop_back();
    }
  }
  EXPECT_GT(n_refused, 30);
  EXPECT_LT(n_refused, 200);
}

TEST_P(StoreLimiterTest, GatewaysThatShareADatabaseAdmitExactlyTheLimit) {
  const auto another_database = Open();
  StoreLimiter one(*database_, clock_), two(*another_database, clock_);
  const KeyLimits cases[] = {{23, 0, 0, 0}, {0, 230, 0, 0}, {0, 0, 239, 0}, {0, 0, 0, 23}};
  for (const KeyLimits& limits : cases) {
    clock_.Advance(2 * kDayMs);  // what the case before has left
    Mutex mutex;
    std::vector<Reservation> held;
    InThreads(16, [&](int i) {
      for (int round = 0; round < 4; ++round) {
        Result<Admission> admission = (i % 2 == 0 ? one : two).Admit(key_id_, limits, 10);
        ASSERT_TRUE(admission.ok()) << admission.status().message();
        const MutexLock lock(mutex);
        if (admission->verdict.admitted()) held.push_back(std::move(admission->reservation));
      }
    });
    EXPECT_EQ(held.size(), 23u);
  }
}

TEST_P(StoreLimiterTest, OfADaysTokensOnlyWhatWasUsedIsKept) {
  StoreLimiter limiter(*database_, clock_);
  const KeyLimits limits{0, 0, 1000, 0};
  Admission one = *limiter.Admit(key_id_, limits, 600);
  EXPECT_EQ(DayTokens(limiter), 600);
  EXPECT_EQ(limiter.Admit(key_id_, limits, 401)->verdict.refused_by, LimitKind::kTokensPerDay);
  one.reservation.Settle(123);
  EXPECT_EQ(DayTokens(limiter), 123);
  {
    const Admission never_ran = *limiter.Admit(key_id_, limits, 877);
  }
  EXPECT_EQ(DayTokens(limiter), 123);
  Admission overnight = *limiter.Admit(key_id_, limits, 877);
  clock_.Advance(kDayMs);
  overnight.reservation.Settle(7);
  EXPECT_EQ(DayTokens(limiter), 0) << "the new day";
  EXPECT_EQ(*limiter.DayTokens(key_id_, access::DayOf(kNow)), 130);
}

TEST_P(StoreLimiterTest, AGatewayThatStoppedHoldsItsReservationsUntilItsLeaseRunsOut) {
  StoreLimiter limiter(*database_, clock_), stopped(*database_, clock_);
  const KeyLimits limits{0, 0, 1000, 2};
  stopped.Admit(key_id_, limits, 100)->reservation.Settle(60);
  Admission held = *stopped.Admit(key_id_, limits, 900);
  EXPECT_EQ(limiter.Admit(key_id_, limits, 100)->verdict.refused_by, LimitKind::kTokensPerDay);
  clock_.Advance(30'001);
  Admission admission = *limiter.Admit(key_id_, limits, 100);
  EXPECT_TRUE(admission.verdict.admitted());
  EXPECT_EQ(DayTokens(limiter), 160) << "what was settled stays, what was held is given back";
  held.reservation.Settle(300);  // it was not dead, and its request ends after all: charged now
  EXPECT_EQ(DayTokens(limiter), 460);
}

TEST_P(StoreLimiterTest, ALeaseThatIsRenewedOutlastsItself) {
  StoreLimiter limiter(*database_, clock_, {.lease = std::chrono::milliseconds(300)});
  StoreLimiter another(*database_, clock_);
  const KeyLimits limits{0, 0, 0, 1};
  const Admission held = *limiter.Admit(key_id_, limits, 0);
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(200);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    EXPECT_FALSE(another.Admit(key_id_, limits, 0)->verdict.admitted());
  }
}

TEST_P(StoreLimiterTest, WhatEndsWhileTheDatabaseIsAwayIsWrittenLater) {
  StoreLimiter limiter(*database_, clock_, {.lease = std::chrono::milliseconds(300)});
  const KeyLimits limits{0, 0, 1000, 0};
  Admission admission = *limiter.Admit(key_id_, limits, 900);
  const auto rename = [&](const char* from, const char* to) {
    return database_->Write([&](soci::session& sql) {
      sql << std::string("ALTER TABLE ") + from + " RENAME TO " + to;
      return Ok();
    });
  };
  ASSERT_TRUE(rename("reservations", "away").ok());
  EXPECT_FALSE(limiter.Admit(key_id_, limits, 1).ok()) << "never admits what it cannot write";
  admission.reservation.Settle(5);
  ASSERT_TRUE(rename("away", "reservations").ok());
  for (int i = 0; i < 200 && DayTokens(limiter) != 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(DayTokens(limiter), 5);
}

TEST_P(StoreLimiterTest, WhatAnAdmitTookThatWasNotAcknowledgedIsGivenBack) {
  StoreLimiter limiter(*database_, clock_, {.lease = std::chrono::milliseconds(300)});
  const KeyLimits limits{0, 0, 1000, 2};
  const Admission held = *limiter.Admit(key_id_, limits, 100);
  // As an Admit of this limiter leaves it whose commit was done, but which was told of an error.
  Execute(
      "INSERT INTO reservations (id, key_id, holder, tokens, tokens_per_minute, admitted_ms, "
      "lease_until_ms) SELECT 'lost', key_id, holder, 900, tokens_per_minute, admitted_ms, "
      "lease_until_ms FROM reservations");
  Execute("UPDATE day_tokens SET tokens = 1000");
  for (int i = 0; i < 500 && DayTokens(limiter) != 100; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(DayTokens(limiter), 100) << "of the request that runs";
  EXPECT_EQ(CountReservations(), 1);
  const Admission second = *limiter.Admit(key_id_, limits, 900);
  EXPECT_TRUE(second.verdict.admitted());
  EXPECT_EQ(limiter.Admit(key_id_, limits, 0)->verdict.refused_by, LimitKind::kConcurrency);
}

TEST_P(StoreLimiterTest, WhatWasSettledWithoutAnAcknowledgementIsNotChargedAgain) {
  const KeyLimits limits{0, 100'000, 10'000, 0};
  StoreLimiter another(*database_, clock_);
  {
    StoreLimiter limiter(*database_, clock_);
    Admission admission = *limiter.Admit(key_id_, limits, 900);
    Execute("ALTER TABLE reservations RENAME TO away");
    admission.reservation.Settle(500);  // in vain, it is told; but the database has done it
    Execute("DELETE FROM away");
    Execute("UPDATE day_tokens SET tokens = 500");
    Execute("UPDATE limit_buckets SET tokens_debt = 500 * 60000");
    Execute("ALTER TABLE away RENAME TO reservations");
  }  // tries it once more
  EXPECT_EQ(DayTokens(another), 500);
  EXPECT_EQ(another.Admit(key_id_, {0, 100'000, 0, 0}, 1)->verdict.tokens.remaining, 99'499);
}

TEST_P(StoreLimiterTest, WhatEndsAfterItsLeaseRanOutIsChargedOnceHoweverOftenItIsTried) {
  const KeyLimits limits{0, 0, 1000, 0};
  StoreLimiter another(*database_, clock_);
  {
    StoreLimiter stopped(*database_, clock_);
    Admission overdue = *stopped.Admit(key_id_, limits, 900);
    clock_.Advance(30'001);
    const Admission admission = *another.Admit(key_id_, limits, 100);
    ASSERT_TRUE(admission.verdict.admitted());
    Execute("ALTER TABLE reservations RENAME TO away");
    overdue.reservation.Settle(300);
    Execute("ALTER TABLE away RENAME TO reservations");
  }
  EXPECT_EQ(DayTokens(another), 300) << "and what never ran is given back";
  EXPECT_EQ(CountReservations(), 0);
}

TEST_P(StoreLimiterTest, OfAGatewayThatNeverReturnsNoRowIsKeptForLongerThanADay) {
  StoreLimiter limiter(*database_, clock_);
  // As a gateway leaves it that was killed.
  Admission lost = *limiter.Admit(key_id_, {}, 10);
  Execute("UPDATE reservations SET holder = 'gone'");
  clock_.Advance(30'001);
  limiter.Admit(key_id_, {}, 0)->reservation.Settle(0);
  EXPECT_EQ(CountReservations(), 1) << "its request may end yet";
  clock_.Advance(kDayMs);
  limiter.Admit(key_id_, {}, 0)->reservation.Settle(0);
  EXPECT_EQ(CountReservations(), 0);
  lost.reservation.Settle(0);
}

}  // namespace
}  // namespace lemma::store
