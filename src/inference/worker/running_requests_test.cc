#include "inference/worker/running_requests.h"

#include <gtest/gtest.h>

namespace lemma::worker {
namespace {

TEST(RunningRequests, ATenantReachesItsOwnAlone) {
  RunningRequests running;
  const auto of_one = running.Add({"chatcmpl-1", "job"}, 1);
  const auto of_two = running.Add({"chatcmpl-2", "job"}, 2);
  EXPECT_TRUE(running.Stop("job", 2, 1));
  EXPECT_FALSE(of_one->IsStopped(0)) << "another has chosen the same id";
  EXPECT_TRUE(of_two->IsStopped(0));
  EXPECT_FALSE(running.EndThinking("chatcmpl-1", 2));
  EXPECT_FALSE(of_one->end_thinking);
  EXPECT_TRUE(running.EndThinking("job", 0)) << "who speaks for nobody speaks for all";
  EXPECT_TRUE(of_one->end_thinking);
  EXPECT_TRUE(of_two->end_thinking);
}

TEST(RunningRequests, WhatHasEndedIsNotThere) {
  RunningRequests running;
  running.Add({"a"}, 0);
  EXPECT_FALSE(running.Stop("a", 0, 1));
}

}  // namespace
}  // namespace lemma::worker
