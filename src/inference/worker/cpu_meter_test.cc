#include "inference/worker/cpu_meter.h"

#include <gtest/gtest.h>

namespace lemma::worker {
namespace {

using std::chrono::milliseconds;

TEST(CpuMeter, IsTheShareOfTheThreadsTimeBetweenLooksASecondApart) {
  CpuMeter meter(2);
  const TimePoint begin = std::chrono::steady_clock::now() + milliseconds(10'000);
  const Duration used = CpuMeter::ProcessTime() + milliseconds(1000);
  meter.Usage(begin, used);
  EXPECT_EQ(meter.Usage(begin + milliseconds(2000), used + milliseconds(1000)), 0.25);
  // Too soon after it to be told apart.
  EXPECT_EQ(meter.Usage(begin + milliseconds(2100), used + milliseconds(1200)), 0.25);
  EXPECT_EQ(meter.Usage(begin + milliseconds(4000), used + milliseconds(3000)), 0.5);
  // Others than those threads compute too.
  EXPECT_EQ(meter.Usage(begin + milliseconds(5000), used + milliseconds(9000)), 1);
  EXPECT_EQ(meter.Usage(begin + milliseconds(6000), used + milliseconds(9000)), 0);
}

TEST(CpuMeter, ProcessTimeGrowsWithWhatIsComputed) {
  const Duration before = CpuMeter::ProcessTime();
  volatile int x = 0;
  while (CpuMeter::ProcessTime() - before < milliseconds(1)) x = x + 1;
  EXPECT_GT(x, 0);
}

}  // namespace
}  // namespace lemma::worker
