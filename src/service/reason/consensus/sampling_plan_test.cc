// Properties: every strategy ends and never takes more samples than it may; a vote that is called
// decided comes out that way whatever the rest would have said, and one that is called likely
// nearly always; the forecast is what playing the urn gives.
#include "service/reason/consensus/sampling_plan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "service/reason/consensus/vote_forecast.h"

namespace lemma::reason {
namespace {

TEST(VoteForecast, SmallCasesByHand) {
  EXPECT_DOUBLE_EQ(ChanceThatTheFirstWins(std::vector<int>{2, 1}, 3), 1);
  EXPECT_DOUBLE_EQ(ChanceThatTheFirstWins(std::vector<int>{1, 1}, 2), 0.5) << "a tie";
  EXPECT_DOUBLE_EQ(ChanceThatTheFirstWins(std::vector<int>{1, 2}, 3), 0);
  // One more vote: for the first by 1/4 (it wins), the second 2/4 (it loses), a new one 1/4.
  EXPECT_NEAR(ChanceThatTheFirstWins(std::vector<int>{1, 1, 1}, 4), 1.0 / 4 + 1.0 / 4 / 4, 0.02);
  EXPECT_GT(ChanceThatTheFirstWins(std::vector<int>{3}, 8), 0.95);
  EXPECT_LT(ChanceThatTheFirstWins(std::vector<int>{2}, 8), 0.95);
}

SamplingPlan PlanOf(const PlanOptions& options) {
  Result<SamplingPlan> plan = SamplingPlan::Make(options);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  return *plan;
}

struct Outcome {
  AnswerVote vote;
  int n_started = 0;
  int n_ended = 0;
  StopReason reason = StopReason::kAll;
};

// Samples end in the order in which they started; "" has no answer.
Outcome Play(const SamplingPlan& plan, const std::vector<std::string>& answers) {
  Outcome outcome;
  for (;;) {
    const int n = plan.NextWave(outcome.vote, outcome.n_ended);
    EXPECT_GT(n, 0);
    if (n <= 0) return outcome;
    outcome.n_started += n;
    EXPECT_LE(outcome.n_started, plan.options().n_samples);
    while (outcome.n_ended < outcome.n_started) {
      const std::string& answer = answers[static_cast<size_t>(outcome.n_ended)];
      if (!answer.empty()) outcome.vote.Add(outcome.n_ended, answer);
      ++outcome.n_ended;
      const auto over = plan.IsOver(outcome.vote, outcome.n_ended);
      if (!over) continue;
      outcome.reason = *over;
      return outcome;
    }
  }
}

TEST(SamplingPlan, AdaptiveStopsWhereTheLeaderIsLikelyToWin) {
  const SamplingPlan plan = PlanOf({.strategy = Strategy::kAdaptive, .n_samples = 8});
  const Outcome agreed = Play(plan, {"5", "5", "5", "5", "5", "5", "5", "5"});
  EXPECT_EQ(agreed.n_started, 3);
  EXPECT_EQ(agreed.reason, StopReason::kLikely);
  const Outcome all_but_one = Play(plan, {"5", "7", "5", "5", "5", "5", "5", "5"});
  EXPECT_EQ(all_but_one.n_started, 5) << "4:1 is enough, so two more are asked at once";
  const Outcome all_differ = Play(plan, {"1", "2", "3", "4", "5", "6", "7", "8"});
  EXPECT_EQ(all_differ.n_ended, 8);
  EXPECT_EQ(all_differ.reason, StopReason::kAll);
}

TEST(SamplingPlan, MajorityTakesAllAtOnceAndStopsWhereNothingCanChange) {
  const SamplingPlan plan = PlanOf({.strategy = Strategy::kMajority, .n_samples = 8});
  const Outcome outcome = Play(plan, {"5", "5", "", "5", "5", "5", "9", "9"});
  EXPECT_EQ(outcome.n_started, 8);
  EXPECT_EQ(outcome.n_ended, 5);
  EXPECT_EQ(outcome.reason, StopReason::kDecided) << "four against three that are left";
}

TEST(SamplingPlan, FirstMCountsAnswersAndNotEnds) {
  const SamplingPlan plan = PlanOf({.strategy = Strategy::kFirstM, .n_samples = 6, .n_min = 2});
  const Outcome outcome = Play(plan, {"", "1", "", "2", "1", "1"});
  EXPECT_EQ(outcome.n_ended, 4);
  EXPECT_EQ(outcome.reason, StopReason::kEnough);
}

TEST(SamplingPlan, ConfidenceLearnsFirst) {
  const SamplingPlan plan = PlanOf({.strategy = Strategy::kConfidence, .n_samples = 8});
  EXPECT_EQ(plan.NextWave(AnswerVote(), 0), 4);
  EXPECT_EQ(Play(plan, {"5", "5", "5", "5", "", "", "", ""}).n_started, 4);
  EXPECT_EQ(Play(plan, {"5", "5", "6", "5", "5", "5", "5", "5"}).n_started, 8);
}

TEST(SamplingPlan, WhatItCannotDoIsAnError) {
  EXPECT_EQ(SamplingPlan::Make({.n_samples = 0}).status().field(), "samples");
  EXPECT_EQ(SamplingPlan::Make({.n_samples = 65}).status().field(), "samples");
  EXPECT_EQ(SamplingPlan::Make({.n_samples = 4, .n_min = 5}).status().field(), "min_samples");
  EXPECT_EQ(PlanOf({.strategy = Strategy::kSingle, .n_samples = 8}).options().n_samples, 1);
}

TEST(SamplingPlan, NamesGoBothWays) {
  for (int i = 0; i < 6; ++i) {
    const auto strategy = static_cast<Strategy>(i);
    EXPECT_EQ(StrategyNamed(StrategyName(strategy)), strategy);
  }
  EXPECT_EQ(StrategyNamed("vote"), std::nullopt);
}

// Who wins when all have voted: the whole vote, or the one that was stopped.
TEST(SamplingPlan, AStoppedVoteEndsAsTheWholeOneWould) {
  std::mt19937 random(1);
  int n_likely = 0, n_wrong = 0;
  for (int round = 0; round < 600; ++round) {
    const auto strategy = round % 2 == 0 ? Strategy::kMajority : Strategy::kAdaptive;
    const int n_samples = 1 + static_cast<int>(random() % 16);
    std::vector<std::string> answers;
    const unsigned right = random() % 100;
    for (int i = 0; i < n_samples; ++i) {
      const bool is_right = random() % 100 < right;
      answers.push_back(is_right ? "1" : random() % 8 == 0 ? "" : std::to_string(random() % 50));
    }
    const Outcome outcome = Play(PlanOf({.strategy = strategy, .n_samples = n_samples}), answers);
    AnswerVote whole;
    for (int i = 0; i < n_samples; ++i) {
      if (const std::string& answer = answers[static_cast<size_t>(i)]; !answer.empty()) {
        whole.Add(i, answer);
      }
    }
    if (whole.n_votes() == 0) continue;
    ASSERT_GT(outcome.vote.n_votes(), 0);
    const auto& winner = whole.clusters()[0];
    const auto& ours = outcome.vote.clusters()[0];
    if (outcome.reason == StopReason::kLikely) {
      ++n_likely;
      n_wrong += winner.answer != ours.answer;
    } else {
      EXPECT_EQ(winner.answer, ours.answer) << StopReasonName(outcome.reason);
    }
  }
  EXPECT_GT(n_likely, 100);
  EXPECT_LT(n_wrong, n_likely / 20 + 1);
}

}  // namespace
}  // namespace lemma::reason
