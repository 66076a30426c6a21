// Property: whenever a judge ends, its boxes end with it: before they are made, on the way, after.
#include "service/reason/judge/sandbox.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "service/reason/judge/test_host.h"

namespace lemma::reason {
namespace {

using std::chrono::milliseconds;

// Making a box takes 5 ms on a quiet host and Create makes one too, so these go over all of it.
constexpr milliseconds kKilledAfterMax{40};
constexpr milliseconds kStep{1};
constexpr std::chrono::seconds kGoneWithin{60};

// Waits for every child, those inherited from dead ones included; false where some stay.
bool AllChildrenEnd() {
  const auto until = std::chrono::steady_clock::now() + kGoneWithin;
  while (std::chrono::steady_clock::now() < until) {
    const pid_t ended = waitpid(-1, nullptr, WNOHANG | __WALL);
    if (ended < 0 && errno == ECHILD) return true;
    if (ended == 0) std::this_thread::sleep_for(kStep);
  }
  return false;
}

TEST(SandboxTest, BoxesEndWithTheirJudge) {
  LEMMA_SKIP_WITHOUT(Sandbox::Create());
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  for (milliseconds after{0}; after < kKilledAfterMax; after += kStep) {
    const pid_t judge = fork();
    ASSERT_GE(judge, 0);
    if (judge == 0) {
      const auto sandbox = Sandbox::Create();
      const auto nothing = SealedFile::Make("");
      const BoxLimits for_ever = {.cpu_ms = 1 << 30, .wall_ms = 1 << 30};
      (void)sandbox->Run({{"/usr/bin/sleep", "1000"}, {}, &*nothing, for_ever});
      _exit(0);
    }
    std::this_thread::sleep_for(after);
    ASSERT_EQ(kill(judge, SIGKILL), 0);
    ASSERT_TRUE(AllChildrenEnd()) << "a box outlives its judge, killed after " << after.count()
                                  << " ms";
  }
}

}  // namespace
}  // namespace lemma::reason
