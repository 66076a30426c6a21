// Pairs of answers for the tables of tests: what is the same and, as important, what is nearly so.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "service/reason/answer_equality.h"

namespace lemma::reason {

struct Pair {
  const char* gold;
  const char* prediction;
};

inline void ExpectSame(const std::vector<Pair>& pairs) {
  for (const auto& [gold, prediction] : pairs) {
    const AnswerVerdict verdict = CompareAnswers(gold, prediction);
    EXPECT_TRUE(verdict.same) << gold << "  vs  " << prediction << ": " << verdict.reason;
  }
}

inline void ExpectDifferent(const std::vector<Pair>& pairs) {
  for (const auto& [gold, prediction] : pairs) {
    const AnswerVerdict verdict = CompareAnswers(gold, prediction);
    EXPECT_FALSE(verdict.same) << gold << "  vs  " << prediction << ": " << verdict.reason;
  }
}

}  // namespace lemma::reason
