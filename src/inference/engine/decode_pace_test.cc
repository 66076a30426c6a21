// Property: what comes before a deadline is foreseen from the steps that were, with some caution.
#include "inference/engine/decode_pace.h"

#include <gtest/gtest.h>

namespace lemma::engine {
namespace {

using std::chrono::milliseconds;

TEST(DecodePace, CountsTheTokensBeforeADeadline) {
  ManualClock clock;
  DecodePace pace;
  const TimePoint deadline = clock.Now() + milliseconds(2000);
  pace.Observe(clock.Now(), 0);
  EXPECT_EQ(pace.TokensBefore(deadline, 500), 500) << "nothing is measured";
  for (int i = 1; i <= 50; ++i) {
    clock.Advance(milliseconds(10));
    pace.Observe(clock.Now(), 2 * i);
  }
  // 1,500 ms are left: 300 tokens, less what caution takes.
  const int32_t n_tokens = pace.TokensBefore(deadline, 500);
  EXPECT_LE(n_tokens, 300);
  EXPECT_GE(n_tokens, 250);
  EXPECT_EQ(pace.TokensBefore(deadline, 7), 7);
  EXPECT_EQ(pace.TokensBefore(clock.Now() + milliseconds(9), 500), 0) << "a step takes ten";
  EXPECT_EQ(pace.TokensBefore(clock.Now() - milliseconds(9), 500), 0);
}

TEST(DecodePace, EndsEarlierWhereStepsAreUneven) {
  ManualClock clock;
  DecodePace even, uneven;
  for (int i = 0; i < 100; ++i) {
    clock.Advance(milliseconds(i % 4 == 3 ? 65 : 5));  // a mean of 20
    uneven.Observe(clock.Now(), i);
    even.Observe(TimePoint() + milliseconds(20) * (i + 1), i);  // ends at the same time
  }
  EXPECT_GE(even.TokensBefore(clock.Now() + milliseconds(60), 9), 1);
  EXPECT_EQ(uneven.TokensBefore(clock.Now() + milliseconds(60), 9), 0);
  EXPECT_GT(uneven.TokensBefore(clock.Now() + milliseconds(200), 9), 0);
}

TEST(DecodePace, FollowsAMachineThatSlowsDown) {
  ManualClock clock;
  DecodePace pace;
  const TimePoint deadline = clock.Now() + milliseconds(100000);
  for (int i = 0; i < 100; ++i) {
    clock.Advance(milliseconds(i < 50 ? 10 : 40));
    pace.Observe(clock.Now(), i);
  }
  EXPECT_EQ(pace.StepsSurelyBefore(clock.Now() + milliseconds(130), 9), 3);
  const int32_t n_tokens = pace.TokensBefore(deadline, 1 << 20);
  const auto n_left = static_cast<int32_t>((deadline - clock.Now()) / milliseconds(40));
  EXPECT_LE(n_tokens, n_left);
  EXPECT_GE(n_tokens, n_left * 8 / 10);
}

}  // namespace
}  // namespace lemma::engine
