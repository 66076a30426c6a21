#include "common/base/this_thread.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

namespace lemma {
namespace {

// sched_getattr(2): size, policy; flags; nice, priority; runtime; deadline; period.
uint64_t SliceNs() {
  std::array<uint64_t, 6> attributes{};
  EXPECT_EQ(syscall(SYS_sched_getattr, 0, attributes.data(), sizeof(attributes), 0), 0);
  return attributes[3];
}

int Nice() { return getpriority(PRIO_PROCESS, 0); }

TEST(ThisThread, TakesShortTurnsWhereTheSystemKnowsSlices) {
  std::thread([] {
    const uint64_t usual = SliceNs();
    const int nice = Nice();
    TakeShortTurns();
    EXPECT_EQ(Nice(), nice);
    if (usual == 0) GTEST_SKIP() << "this system tells no slices";
    EXPECT_LT(SliceNs(), usual);
  }).join();
}

}  // namespace
}  // namespace lemma
