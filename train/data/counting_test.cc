// The answers of the counting and probability families by enumeration.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "train/data/steps.h"
#include "train/data/test_problems.h"

namespace lemma::train {
namespace {

TEST(CountingTest, ProbabilitiesAgreeWithEnumeration) {
  ForEachProblem("simple-probability", [](const Problem& problem) {
    if (problem.language != Language::kEnglish) return;
    const std::string& question = problem.question;
    const auto asks = [&](const char* word) { return question.find(word) != std::string::npos; };
    std::vector<int64_t> n = IntegersIn(question);
    int64_t favourable = 0, possible = 0;
    if (asks("dice")) {
      for (int64_t a = 1; a <= 6; ++a) {
        for (int64_t b = 1; b <= 6; ++b) {
          ++possible;
          favourable += asks("at most")    ? a + b <= n[0]
                        : asks("at least") ? a + b >= n[0]
                                           : a + b == n[0];
        }
      }
    } else if (asks("coin")) {
      if (asks("Find the probability that the number")) std::swap(n[0], n[1]);
      for (; possible < int64_t{1} << n[0]; ++possible) {
        favourable += std::popcount(static_cast<uint64_t>(possible)) == n[1];
      }
    } else if (asks("numbered") || asks("number from")) {
      for (possible = 1; possible < n[1]; ++possible) favourable += possible % n[2] == 0;
      favourable += possible % n[2] == 0;
    } else if (asks("without replacement")) {
      for (int64_t i = 0; i < n[0] + n[1]; ++i) {
        for (int64_t j = 0; j < n[0] + n[1]; ++j) {
          possible += i != j;
          favourable += i != j && i < n[0] && j < n[0];
        }
      }
    } else {
      const size_t last_red = question.rfind("red"), last_blue = question.rfind("blue");
      const size_t last_green = question.rfind("green");
      const size_t last = std::max({last_red, last_blue, last_green});
      favourable = n[last == last_red ? 0 : last == last_blue ? 1 : 2];
      possible = n[0] + n[1] + n[2];
    }
    EXPECT_EQ(problem.answer, FractionText(favourable, possible));
  });
}

}  // namespace
}  // namespace lemma::train
