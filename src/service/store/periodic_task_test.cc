// Properties: a stop waits for what runs, which hears of it; a run that is asked for waits for no
// interval.
#include "service/store/periodic_task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace lemma::store {
namespace {

TEST(PeriodicTaskTest, AStopIsHeardByTheTaskThatRuns) {
  std::latch begun(1);
  std::atomic<bool> has_ended = false;
  PeriodicTask task(std::chrono::milliseconds(1), [&](const std::stop_token& stop) {
    begun.count_down();
    while (!stop.stop_requested()) std::this_thread::yield();
    has_ended = true;
  });
  begun.wait();
  task.Stop();
  EXPECT_TRUE(has_ended);
}

TEST(PeriodicTaskTest, ARunThatIsAskedForAtOnceDoesNotWaitForTheInterval) {
  std::latch ran(1);
  PeriodicTask task(std::chrono::hours(1), [&] { ran.count_down(); });
  task.RunSoon();
  ran.wait();
}

}  // namespace
}  // namespace lemma::store
