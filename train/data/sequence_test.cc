// The answers of the sequence families by counting on, and their proofs by putting numbers in.
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "train/data/algebra_steps.h"
#include "train/data/test_problems.h"

namespace lemma::train {
namespace {

TEST(SequenceTest, ArithmeticTermsAndSumsAgreeWithCounting) {
  for (const std::string family : {"arithmetic-sequence-term", "arithmetic-series"}) {
    ForEachProblem(family, [&](const Problem& problem) {
      static const std::regex given(R"(a_1 = (-?\d+); d = (?:.* = )?(-?\d+)\nn = (\d+);)");
      std::smatch match;
      ASSERT_TRUE(std::regex_search(problem.thinking, match, given)) << problem.thinking;
      int64_t term = std::stoll(match[1]), sum = term;
      for (int64_t i = 1; i < std::stoll(match[3]); ++i) sum += term += std::stoll(match[2]);
      EXPECT_EQ(problem.answer, std::to_string(family == "arithmetic-series" ? sum : term));
    });
  }
}

TEST(SequenceTest, GeometricTermsAndSumsAgreeWithMultiplyingOn) {
  ForEachProblem("geometric-sequence", [](const Problem& problem) {
    static const std::regex given(R"(a_1 = (-?\d+); [rq] = (-?\d+); n = (\d+); ([aS])_n)");
    static const std::regex asks_sum("sum|[Aa]dd|S_|前");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(problem.thinking, match, given)) << problem.thinking;
    for (const auto& number : {match[1], match[2], match[3]}) {
      EXPECT_NE(problem.question.find(number), std::string::npos);
    }
    int64_t term = std::stoll(match[1]), sum = term;
    for (int64_t i = 1; i < std::stoll(match[3]); ++i) sum += term *= std::stoll(match[2]);
    const bool is_sum = std::regex_search(problem.question, asks_sum);
    EXPECT_EQ(match[4].str(), is_sum ? "S" : "a");
    EXPECT_EQ(problem.answer, std::to_string(is_sum ? sum : term));
  });
}

TEST(SequenceTest, NextTermsContinueTheRule) {
  ForEachProblem("next-term", [](const Problem& problem) {
    std::vector<int64_t> terms = IntegersIn(problem.question);
    ASSERT_EQ(terms.size(), 5u);
    terms.push_back(std::stoll(problem.answer));
    // Either the second differences or the ratios of the differences are all equal.
    std::vector<int64_t> d;
    for (size_t i = 1; i < terms.size(); ++i) d.push_back(terms[i] - terms[i - 1]);
    bool adds = true, scales = true;
    for (size_t i = 2; i < d.size(); ++i) {
      adds = adds && d[i] - d[i - 1] == d[1] - d[0];
      scales = scales && d[i] * d[0] == d[i - 1] * d[1];
    }
    EXPECT_TRUE(adds || scales);
  });
}

// The formula in line `n` of a proof.
std::string FormulaIn(const Problem& problem, int n) {
  std::istringstream lines(problem.solution);
  std::string line;
  for (int i = 0; i < n; ++i) std::getline(lines, line);
  return line.substr(line.rfind(": ") + 2);
}

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// At k, the sides of the step's chain all have one value. S(k) and q stand for what the hypothesis
// says of them: "S(k) = k(k + 1)/2", "7^k - 1 = 6q".
void ExpectStepHolds(const Problem& problem, double k) {
  const std::string hypothesis = FormulaIn(problem, 2);
  std::string step = FormulaIn(problem, 3);
  const size_t equals = hypothesis.find(" = ");
  ASSERT_NE(equals, std::string::npos);
  const std::string left = hypothesis.substr(0, equals), right = hypothesis.substr(equals + 3);
  if (left == "S(k)") {
    step = step.substr(step.find('=') + 1);  // S(k + 1) is what the chain works out
    ReplaceAll(step, "S(k)", "(" + right + ")");
  } else {
    ReplaceAll(step, "q", Cat("(", std::llround(ValueAt(left, 'k', k) / std::stod(right)), ")"));
  }
  std::vector<double> values;
  std::istringstream sides(step);
  for (std::string side; std::getline(sides, side, '=');) values.push_back(ValueAt(side, 'k', k));
  ASSERT_GE(values.size(), 2u);
  for (const double value : values) EXPECT_NEAR(value / values[0], 1, 1e-9) << step;
}

TEST(InductionTest, StepsAreIdentities) {
  for (const char* family : {"induction-sum", "induction-divisibility"}) {
    ForEachProblem(family, [](const Problem& problem) {
      for (const double k : {1.0, 2.0, 3.0}) ExpectStepHolds(problem, k);
    });
  }
}

TEST(InductionTest, StepsReachTheClaimForTheNextNumber) {
  ForEachProblem("induction-sum", [](const Problem& problem) {
    const std::string step = FormulaIn(problem, 3), claim = FormulaIn(problem, 4);
    const std::string reached = step.substr(step.rfind('=') + 1);
    for (const double k : {1.0, 2.0, 3.0}) {
      EXPECT_NEAR(ValueAt(reached, 'k', k), ValueAt(claim.substr(claim.find('=') + 1), 'n', k + 1),
                  1e-6);
    }
  });
}

TEST(InductionTest, AProofNeedsAllItsFormulasInOrder) {
  for (const char* name : {"induction-sum", "induction-divisibility"}) {
    const Family& family = FamilyNamed(name);
    ForEachProblem(name, [&](const Problem& problem) {
      const std::string box = "\\boxed{" + problem.answer + "}";
      EXPECT_FALSE(family.Check(problem, box));
      std::istringstream lines(problem.solution);
      std::string other_words;
      for (std::string line; std::getline(lines, line);) {
        std::string without = problem.solution;
        without.erase(without.find(line), line.size());
        EXPECT_FALSE(family.Check(problem, without)) << line;
        const size_t colon = line.rfind(": ");
        other_words += "Now we have " + line.substr(colon == std::string::npos ? 0 : colon + 2);
        other_words += ".\n";
      }
      EXPECT_TRUE(family.Check(problem, other_words)) << other_words;
    });
  }
}

}  // namespace
}  // namespace lemma::train
