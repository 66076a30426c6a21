// The small policies: breaker, restarts, quarantine.
#include <gtest/gtest.h>

#include "service/pool/breaker.h"
#include "service/pool/quarantine.h"
#include "service/pool/restart_policy.h"

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class BreakerTest : public testing::Test {
 protected:
  void Fail() {
    breaker_.OnBegin(now_);
    breaker_.OnFailure(now_);
  }
  void Succeed() {
    breaker_.OnBegin(now_);
    breaker_.OnSuccess(now_);
  }
  void Open() {
    for (int i = 0; i < BreakerOptions().failures_max; ++i) Fail();
  }

  Breaker breaker_{BreakerOptions()};
  TimePoint now_{};
};

TEST_F(BreakerTest, OpensAfterFailuresInARowAndASuccessBreaksTheRow) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 1; i < BreakerOptions().failures_max; ++i) Fail();
    Succeed();
  }
  EXPECT_TRUE(breaker_.Allows(now_));
  Open();
  EXPECT_EQ(breaker_.state(now_), Breaker::State::kOpen);
  EXPECT_FALSE(breaker_.Allows(now_));
}

TEST_F(BreakerTest, OneTrialAtATimeAndTwoThatSucceedClose) {
  Open();
  now_ += BreakerOptions().open_min;
  EXPECT_EQ(breaker_.state(now_), Breaker::State::kHalfOpen);
  EXPECT_TRUE(breaker_.Allows(now_));
  breaker_.OnBegin(now_);
  EXPECT_FALSE(breaker_.Allows(now_));
  breaker_.OnNoVerdict(now_);  // its client left: the next one may try
  EXPECT_TRUE(breaker_.Allows(now_));
  Succeed();
  EXPECT_EQ(breaker_.state(now_), Breaker::State::kHalfOpen);
  Succeed();
  EXPECT_EQ(breaker_.state(now_), Breaker::State::kClosed);
}

TEST_F(BreakerTest, ATrialThatFailsOpensForTwiceAsLongUpToALimit) {
  Open();
  Duration open_for = BreakerOptions().open_min;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(breaker_.Allows(now_ + open_for - milliseconds(1)));
    now_ += open_for;
    EXPECT_TRUE(breaker_.Allows(now_));
    Fail();
    open_for = std::min(open_for * 2, BreakerOptions().open_max);
  }
  EXPECT_EQ(open_for, BreakerOptions().open_max);
  breaker_.Reset();
  EXPECT_TRUE(breaker_.Allows(now_));
}

TEST(RestartPolicyTest, TheDelayDoublesAndForgets) {
  RestartPolicy policy({.exits_max = 100});
  TimePoint now{};
  EXPECT_EQ(policy.OnExit(now), milliseconds(100));
  EXPECT_EQ(policy.OnExit(now += seconds(1)), milliseconds(200));
  EXPECT_EQ(policy.OnExit(now += seconds(1)), milliseconds(400));
  for (int i = 0; i < 20; ++i) policy.OnExit(now += milliseconds(1));
  EXPECT_EQ(policy.OnExit(now), RestartOptions().delay_max);
  EXPECT_EQ(policy.OnExit(now += minutes(2)), milliseconds(100));
}

TEST(RestartPolicyTest, ACrashLoopIsTriedOnceAMinuteUntilAProcessLives) {
  RestartPolicy policy{RestartOptions()};
  TimePoint now{};
  for (int i = 0; i < RestartOptions().exits_max; ++i) {
    EXPECT_LT(policy.OnExit(now += seconds(1)), seconds(10));
    EXPECT_FALSE(policy.in_crash_loop());
  }
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(policy.OnExit(now), RestartOptions().loop_delay);
    EXPECT_TRUE(policy.in_crash_loop());
    now += RestartOptions().loop_delay + seconds(5);  // it is started, and lives five seconds
  }
  now += RestartOptions().loop_delay + RestartOptions().window;
  EXPECT_EQ(policy.OnExit(now), milliseconds(100));
  EXPECT_FALSE(policy.in_crash_loop());
}

constexpr ReplicaId kHere = 1, kThere = 2;

TEST(QuarantineTest, TheSecondCrashCountsAndAnAnswerClears) {
  Quarantine quarantine;
  TimePoint now{};
  quarantine.OnCrash(1, kHere, now, now);
  EXPECT_FALSE(quarantine.RefusedFor(1, now));
  quarantine.OnAnswered(1);
  quarantine.OnCrash(1, kHere, now, now);
  EXPECT_FALSE(quarantine.RefusedFor(1, now));
  quarantine.OnCrash(1, kThere, now, now);
  EXPECT_EQ(quarantine.RefusedFor(1, now), Quarantine::kMemory);
  EXPECT_FALSE(quarantine.RefusedFor(2, now));
  EXPECT_EQ(quarantine.n_refused(now), 1u);
  now += Quarantine::kMemory;
  EXPECT_FALSE(quarantine.RefusedFor(1, now));
  quarantine.OnCrash(1, kHere, now, now);  // the old ones are forgotten
  EXPECT_FALSE(quarantine.RefusedFor(1, now));
}

TEST(QuarantineTest, OneCrashOfAReplicaThatIsAskedTheSameTwiceCountsOnce) {
  Quarantine quarantine;
  const TimePoint began{}, crash = began + seconds(1), again = began + seconds(2);
  quarantine.OnCrash(1, kHere, began, crash);
  quarantine.OnCrash(1, kHere, began + milliseconds(500), crash);
  EXPECT_FALSE(quarantine.RefusedFor(1, crash));
  quarantine.OnCrash(1, kHere, crash + milliseconds(500), again);
  EXPECT_TRUE(quarantine.RefusedFor(1, again));
}

TEST(QuarantineTest, ItsMemoryIsBoundedAndTheOldestGoes) {
  Quarantine quarantine;
  TimePoint now{};
  for (uint64_t i = 0; i <= Quarantine::kRequestsMax; ++i) {
    now += milliseconds(1);
    quarantine.OnCrash(i, kHere, now, now);
    quarantine.OnCrash(i, kThere, now, now);
  }
  EXPECT_FALSE(quarantine.RefusedFor(0, now));
  EXPECT_TRUE(quarantine.RefusedFor(Quarantine::kRequestsMax, now));
  EXPECT_LE(quarantine.n_refused(now), Quarantine::kRequestsMax);
}

}  // namespace
}  // namespace lemma::pool
