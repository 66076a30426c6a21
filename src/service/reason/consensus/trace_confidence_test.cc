// Properties: the window slides as one computed anew would; a sample that hesitates is below
// others; what servers write wrongly stays finite.
#include "service/reason/consensus/trace_confidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

namespace lemma::reason {
namespace {

TEST(TraceConfidence, IsTheLowestMeanOfAnyWindow) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    const size_t group = 1 + random() % 10;
    TraceConfidence confidence(group);
    EXPECT_EQ(confidence.Lowest(), std::nullopt);
    std::vector<double> all;
    for (int i = 0; i < 40; ++i) {
      const double entropy = static_cast<double>(random() % 1000) / 100;
      confidence.Add(entropy);
      all.push_back(entropy);
      double highest = 0;
      const size_t width = std::min(group, all.size());
      for (size_t begin = 0; begin + width <= all.size(); ++begin) {
        double sum = 0;
        for (size_t j = begin; j < begin + width; ++j) sum += all[j];
        highest = std::max(highest, sum / static_cast<double>(width));
      }
      EXPECT_NEAR(*confidence.Lowest(), std::exp(-highest), 1e-9);
      EXPECT_EQ(confidence.HasGroup(), all.size() >= group);
    }
  }
}

TEST(TraceConfidence, SaysAmongHowManyTheModelChose) {
  TraceConfidence certain(4), of_three(4);
  for (int i = 0; i < 8; ++i) {
    certain.Add(0);
    of_three.Add(std::log(3.0));
  }
  EXPECT_EQ(certain.Lowest(), 1.0);
  EXPECT_NEAR(*of_three.Lowest(), 1 / 3.0, 1e-12);
}

TEST(TraceConfidence, WhatIsNoEntropyStaysFinite) {
  TraceConfidence confidence(2);
  for (const double entropy : {1e308, 1e308, -1e308, -1e308, -1.0}) confidence.Add(entropy);
  EXPECT_GT(*confidence.Lowest(), 0);
  EXPECT_LT(*confidence.Lowest(), 1e-8) << "the worst group stays the worst";
}

TEST(EntropyOfTop, IsThatOfTheDistributionOrLess) {
  const std::vector<double> all = {0.5, 0.3, 0.15, 0.03, 0.02};
  std::vector<double> logprobs;
  double entropy = 0;
  for (const double p : all) {
    logprobs.push_back(std::log(p));
    entropy -= p * std::log(p);
  }
  EXPECT_NEAR(EntropyOfTop(logprobs), entropy, 1e-9);
  const double of_two = EntropyOfTop(std::span(logprobs).first(2));
  EXPECT_LT(of_two, entropy);
  EXPECT_GT(of_two, 0.8 * entropy);
  EXPECT_EQ(EntropyOfTop(std::vector<double>{0, -9999}), 0) << "servers write 0 as -9999";
  EXPECT_EQ(EntropyOfTop(std::vector<double>{7, 7}), 0) << "no log probability";
}

TEST(ConfidenceThreshold, IsARankOfTheOthers) {
  EXPECT_EQ(ConfidenceThreshold({}, 0.5), std::nullopt);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 0.5), 3);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 1), 4);
}

}  // namespace
}  // namespace lemma::reason
