// Property: each figure is what its definition says when it is computed by brute force, over all
// sets of samples, all signs, or thousands of drawn evaluations.
#include "service/eval/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>

namespace lemma::eval {
namespace {

// Calls visit(samples) for each set of k of n.
template <typename Visit>
void ForEachSet(int n, int k, const Visit& visit) {
  for (uint32_t bits = 0; bits < (1u << n); ++bits) {
    if (std::popcount(bits) != k) continue;
    std::vector<int> set;
    for (int i = 0; i < n; ++i) {
      if (bits >> i & 1) set.push_back(i);
    }
    visit(set);
  }
}

TEST(Statistics, PassAtKIsTheShareOfSetsWithARightSample) {
  for (int n = 1; n <= 8; ++n) {
    for (int right = 0; right <= n; ++right) {
      for (int k = 1; k <= n; ++k) {
        int n_sets = 0, n_passed = 0;
        ForEachSet(n, k, [&](const std::vector<int>& set) {
          ++n_sets;
          n_passed += set.front() < right;  // the first ones are the right ones
        });
        EXPECT_NEAR(PassAtK({n, right}, k), static_cast<double>(n_passed) / n_sets, 1e-12)
            << n << " " << right << " " << k;
      }
    }
  }
}

// By counting each set's votes, ties shared.
double VotesByHand(const Ballot& ballot, const std::vector<int>& set) {
  std::vector<int> counts(ballot.is_right.size(), 0);
  for (const int sample : set) {
    if (ballot.answers[sample] >= 0) ++counts[ballot.answers[sample]];
  }
  double right = 0, leaders = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0 || counts[i] < *std::max_element(counts.begin(), counts.end())) continue;
    ++leaders;
    right += ballot.is_right[i];
  }
  return leaders == 0 ? 0 : right / leaders;
}

TEST(Statistics, ConsAtKIsTheMeanOverSetsOfTheirVotes) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    Ballot ballot;
    ballot.is_right = {false, true, false};
    for (int i = 0; i < 8; ++i) ballot.answers.push_back(static_cast<int>(random() % 4) - 1);
    for (int k = 1; k <= 8; ++k) {
      double sum = 0;
      int n_sets = 0;
      ForEachSet(8, k, [&](const std::vector<int>& set) {
        sum += VotesByHand(ballot, set);
        ++n_sets;
      });
      EXPECT_NEAR(ConsAtK(ballot, k), sum / n_sets, 1e-12);
    }
  }
}

TEST(Statistics, ConsAtKOfManySetsIsNearTheMean) {
  Ballot ballot;
  ballot.is_right = {true, false};
  for (int i = 0; i < 16; ++i) ballot.answers.push_back(i < 9 ? 0 : 1);
  double sum = 0;
  int n_sets = 0;
  ForEachSet(16, 8, [&](const std::vector<int>& set) {
    sum += VotesByHand(ballot, set);
    ++n_sets;
  });
  ASSERT_GT(n_sets, kVoteSets);
  EXPECT_NEAR(ConsAtK(ballot, 8), sum / n_sets, 0.06);  // three standard errors of 500 draws
}

TEST(Statistics, NobodyHasVoted) {
  EXPECT_EQ(ConsAtK({{-1, -1}, {}}, 2), 0);
  EXPECT_EQ(PassAt1({}), 0);
}

// The ends of Wilson's interval solve (p - x)^2 = z^2 x (1 - x) / n.
TEST(Statistics, WithOneSampleAProblemTheIntervalIsWilsons) {
  for (const int right : {0, 1, 12, 29, 30}) {
    std::vector<ProblemCount> problems;
    for (int i = 0; i < 30; ++i) problems.push_back({1, i < right ? 1 : 0});
    const Interval interval = PassAt1Interval(problems);
    const double p = right / 30.0, z = 1.959963984540054;
    for (const double x : {interval.low, interval.high}) {
      if (x == p) continue;  // 0 and 1
      EXPECT_NEAR((p - x) * (p - x), z * z * x * (1 - x) / 30, 1e-9) << right;
    }
    EXPECT_LT(interval.low, interval.high);
  }
}

// Problems differ in how hard they are: an interval that took samples for independent would be far
// too narrow here (it holds the true mean in about 60 %).
TEST(Statistics, TheIntervalHoldsTheTrueMeanNearly95TimesIn100) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> unit(0, 1);
  constexpr int kRounds = 2000;
  int n_held = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<ProblemCount> problems;
    for (int i = 0; i < 40; ++i) {
      const double chance = unit(random) < 0.7 ? 0.95 : 0.1;
      ProblemCount count = {16, 0};
      for (int j = 0; j < count.n; ++j) count.right += unit(random) < chance;
      problems.push_back(count);
    }
    const Interval interval = PassAt1Interval(problems);
    constexpr double kMean = 0.7 * 0.95 + 0.3 * 0.1;
    n_held += interval.low <= kMean && kMean <= interval.high;
  }
  EXPECT_GE(n_held, kRounds * 93 / 100);
  EXPECT_LE(n_held, kRounds * 98 / 100);
}

TEST(Statistics, QuantilesInterpolate) {
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(Quantile({4, 1, 3, 2}, 1), 4);
  EXPECT_EQ(Quantile({}, 0.5), 0);
}

TEST(Statistics, ThePairedTestIsTheShareOfSignsThatAreAsFar) {
  const std::vector<double> differences = {0.5, -0.25, 0, 0.75, 0.25, 0, 0.5, -0.125};
  const double sum = 1.625;
  int n_as_far = 0;
  for (uint32_t signs = 0; signs < 256;
       ++signs) {  // of zeros too: each set of signs twice as often
    double flipped = 0;
    for (size_t i = 0; i < 8; ++i) flipped += (signs >> i & 1) ? differences[i] : -differences[i];
    n_as_far += std::abs(flipped) >= sum - 1e-9;
  }
  const PairedTest test = TestPairs(differences);
  EXPECT_NEAR(test.p, n_as_far / 256.0, 1e-12);
  EXPECT_NEAR(test.difference, sum / 8, 1e-12);
  EXPECT_EQ(test.n_better, 4);
  EXPECT_EQ(test.n_worse, 2);
}

// 18 problems that were right are wrong, 4 the other way: McNemar's exact p is
// 2 * P(Binomial(22, 1/2) <= 4).
TEST(Statistics, WithOneSampleAProblemItIsMcNemarsTest) {
  std::vector<double> differences(100, 0.0);
  std::fill_n(differences.begin(), 18, -1.0);
  std::fill_n(differences.begin() + 18, 4, 1.0);
  double tail = 0, choose = 1;
  for (int i = 0; i <= 4; ++i) {
    tail += choose;
    choose = choose * (22 - i) / (i + 1);
  }
  const double exact = 2 * tail / std::pow(2.0, 22);
  EXPECT_NEAR(TestPairs(differences).p, exact, 0.0015);  // three standard errors of 20,000 draws
  std::fill_n(differences.begin() + 18, 4, 0.0);
  std::fill_n(differences.begin(), 12, 0.0);  // 6 worse, none better
  EXPECT_NEAR(TestPairs(differences).p, 2 / 64.0, 1e-12);
}

TEST(Statistics, NoDifferenceIsNoEvidence) {
  EXPECT_EQ(TestPairs(std::vector<double>(20, 0.0)).p, 1);
  EXPECT_EQ(TestPairs({}).p, 1);
}

}  // namespace
}  // namespace lemma::eval
