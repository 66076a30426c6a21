// Properties: equal answers count together whatever they look like; the heaviest leads, of equal
// ones the first; nothing is lost or counted twice.
#include "service/reason/consensus/answer_vote.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace lemma::reason {
namespace {

TEST(AnswerVote, FormsOfOneAnswerCountTogether) {
  AnswerVote vote;
  vote.Add(0, "\\frac{1}{2}");
  vote.Add(1, "2/3");
  vote.Add(2, "0.5");
  vote.Add(3, "x = 1/2");
  ASSERT_EQ(vote.clusters().size(), 2u);
  EXPECT_EQ(vote.clusters()[0].answer, "\\frac{1}{2}");
  EXPECT_EQ(vote.clusters()[0].samples, (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(vote.n_votes(), 4);
}

TEST(AnswerVote, WhatOneSampleLeavesOutAnotherMayAdd) {
  AnswerVote vote;
  vote.Add(0, "x = 7");
  vote.Add(1, "7");
  EXPECT_EQ(vote.clusters().size(), 1u);
}

TEST(AnswerVote, TheHeaviestLeadsAndOfEqualOnesTheFirst) {
  AnswerVote vote;
  vote.Add(0, "1");
  vote.Add(1, "2");
  EXPECT_EQ(vote.clusters()[0].answer, "1");
  vote.Add(2, "2");
  EXPECT_EQ(vote.clusters()[0].answer, "2");
  vote.Add(3, "1");
  EXPECT_EQ(vote.clusters()[0].answer, "2") << "it had two votes first";
  vote.Add(4, "3", 2.5);
  EXPECT_EQ(vote.clusters()[0].answer, "3");
  EXPECT_DOUBLE_EQ(vote.weight(), 6.5);
}

TEST(AnswerVote, NothingIsLostAndTheOrderHolds) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    AnswerVote vote;
    const int n = 1 + static_cast<int>(random() % 20);
    for (int i = 0; i < n; ++i) {
      vote.Add(i, std::to_string(random() % 6), static_cast<double>(random() % 4));
    }
    std::set<int> seen;
    for (size_t i = 0; i < vote.clusters().size(); ++i) {
      const auto& cluster = vote.clusters()[i];
      seen.insert(cluster.samples.begin(), cluster.samples.end());
      if (i > 0) EXPECT_GE(vote.clusters()[i - 1].weight, cluster.weight);
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(n));
    EXPECT_EQ(vote.n_votes(), n);
  }
}

}  // namespace
}  // namespace lemma::reason
