// Properties: the window slides as one computed anew would; a sample that hesitates is below
// others.
#include "service/reason/consensus/trace_confidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

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
      const double logprob = -static_cast<double>(random() % 1000) / 100;
      confidence.Add(std::vector<double>{logprob, logprob - 1});
      all.push_back(0.5 - logprob);
      double lowest = 1e9;
      const size_t width = std::min(group, all.size());
      for (size_t begin = 0; begin + width <= all.size(); ++begin) {
        double sum = 0;
        for (size_t j = begin; j < begin + width; ++j) sum += all[j];
        lowest = std::min(lowest, sum / static_cast<double>(width));
      }
      EXPECT_NEAR(*confidence.Lowest(), lowest, 1e-9);
      EXPECT_EQ(confidence.HasGroup(), all.size() >= group);
    }
  }
}

TEST(TraceConfidence, HesitationIsLessConfidence) {
  TraceConfidence sure(4), unsure(4);
  for (int i = 0; i < 8; ++i) {
    sure.Add(std::vector<double>{-0.001, -8, -9});
    unsure.Add(std::vector<double>{-1.1, -1.2, -1.3});
  }
  EXPECT_GT(*sure.Lowest(), *unsure.Lowest());
}

TEST(TraceConfidence, ALikelihoodOfZeroIsNoInfiniteConfidence) {
  TraceConfidence confidence(1);
  confidence.Add(std::vector<double>{0, -9999});
  EXPECT_LE(*confidence.Lowest(), 15);
}

TEST(ConfidenceThreshold, IsARankOfTheOthers) {
  EXPECT_EQ(ConfidenceThreshold({}, 0.5), std::nullopt);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 0), 1);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 0.5), 3);
  EXPECT_EQ(ConfidenceThreshold({4, 1, 3, 2}, 1), 4);
}

}  // namespace
}  // namespace lemma::reason
