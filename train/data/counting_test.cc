// The answers of the counting and probability families by enumeration.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
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

// How many ordered lists, or sets, of k different of n things: every one is visited.
int64_t CountSelections(int64_t n, int64_t k, bool ordered) {
  const auto count = [&](auto& self, uint64_t used, int64_t lowest, int64_t left) -> int64_t {
    if (left == 0) return 1;
    int64_t total = 0;
    for (int64_t i = lowest; i < n; ++i) {
      if ((used >> i & 1) != 0) continue;
      total += self(self, used | uint64_t{1} << i, ordered ? 0 : i + 1, left - 1);
    }
    return total;
  };
  return count(count, 0, 0, k);
}

bool Has(const Problem& problem, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) {
    return problem.question.find(word) != std::string::npos;
  });
}

TEST(CountingTest, ArrangementsAgreeWithEnumeration) {
  ForEachProblem("permutations-combinations", [](const Problem& problem) {
    const std::vector<int64_t> n = IntegersIn(problem.question);
    int64_t expected = 0;
    if (n.size() == 4) {
      // Both groups first, then the choices; each group with its choice; or "{a} of {m}".
      const bool groups_first =
          Has(problem, {"girls, choose", "名女生, 选 ", "名女生，选 ", "选出 "});
      const bool group_by_group = Has(problem, {"名男生中选 "});
      const auto [men, women, a, b] = groups_first     ? std::array{n[0], n[1], n[2], n[3]}
                                      : group_by_group ? std::array{n[0], n[2], n[1], n[3]}
                                                       : std::array{n[1], n[3], n[0], n[2]};
      expected = CountSelections(men, a, false) * CountSelections(women, b, false);
    } else {
      ASSERT_EQ(n.size(), 2u);
      const bool ordered =
          Has(problem, {"row", "P(", "medals", "arrange", "排", "A(", "奖牌", "arrangements"});
      expected = CountSelections(std::max(n[0], n[1]), std::min(n[0], n[1]), ordered);
    }
    EXPECT_EQ(problem.answer, std::to_string(expected));
  });
}

TEST(CountingTest, ChoicesAgreeWithCounting) {
  ForEachProblem("counting-choices", [](const Problem& problem) {
    const std::vector<int64_t> n = IntegersIn(problem.question);
    int64_t expected = 0;
    if (n.size() == 3) {
      expected = n[0] * n[1] * n[2];
    } else if (n.size() == 1) {
      expected = CountSelections(n[0], 2, false);
    } else {
      ASSERT_EQ(n.size(), 2u);
      const bool symbols_first = Has(problem, {"用 "});
      const int64_t length = n[symbols_first ? 1 : 0], symbols = n[symbols_first ? 0 : 1];
      expected = 1;
      for (int64_t i = 0; i < length; ++i) expected *= symbols;
    }
    EXPECT_EQ(problem.answer, std::to_string(expected));
  });
}

}  // namespace
}  // namespace lemma::train
