// For tests that find the answers of families again by other means: random problems of a family,
// and what stands in their texts.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "train/data/families.h"
#include "train/data/test_equations.h"

namespace lemma::train {

constexpr int kProblems = 300;

inline const Family& FamilyNamed(std::string_view name) {
  for (const auto& group : {AlgebraFamilies(), CountingFamilies()}) {
    for (const Family* family : group) {
      if (family->name() == name) return *family;
    }
  }
  LEMMA_CHECK(false, "no family of that name");
}

inline void ForEachProblem(std::string_view family,
                           const std::function<void(const Problem&)>& use) {
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    for (const Split split : {Split::kTrain, Split::kHeldOut}) {
      Rng rng(11);
      for (int i = 0; i < kProblems; ++i) {
        const Problem problem = FamilyNamed(family).Generate(rng, language, split);
        SCOPED_TRACE(problem.question + "\n" + problem.solution);
        use(problem);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

// The value of an expression in one variable, its products written the algebraic way: 3x(x + 1).
inline double ValueAt(std::string_view expression, char variable, double value) {
  char number[64];
  std::snprintf(number, sizeof(number), "(%.12f)", value);
  std::string plain;
  const auto put = [&](std::string_view piece) {
    const bool multiplies = piece[0] == '(' && !plain.empty() &&
                            (plain.back() == ')' || std::isdigit(plain.back()) != 0);
    if (multiplies) plain += '*';
    plain += piece;
  };
  for (size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (expression.substr(i).starts_with("\\cdot")) {
      put("*");
      i += 4;
    } else if (c == variable) {
      put(number);
    } else {
      put(c == '{' ? "(" : c == '}' ? ")" : std::string_view(&c, 1));
    }
  }
  const std::optional<double> result = ExpressionReader::Evaluate(plain);
  EXPECT_TRUE(result.has_value()) << plain;
  return result.value_or(NAN);
}

// How far the sides of "left = right" are apart.
inline double Residual(const std::string& equation, char variable, double value) {
  const size_t at = equation.find('=');
  EXPECT_NE(at, std::string::npos) << equation;
  return ValueAt(equation.substr(0, at), variable, value) -
         ValueAt(equation.substr(at + 1), variable, value);
}

inline std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// "-\frac{3}{4}" or "5".
inline double NumberIn(const std::string& answer) {
  const std::string plain =
      std::regex_replace(answer, std::regex(R"(\\frac\{(\d+)\}\{(\d+)\})"), "$1/$2");
  const std::optional<double> value = ExpressionReader::Evaluate(plain);
  EXPECT_TRUE(value.has_value()) << answer;
  return value.value_or(NAN);
}

inline std::vector<double> NumbersIn(const std::string& answer) {
  std::vector<double> numbers;
  std::istringstream parts(answer);
  for (std::string part; std::getline(parts, part, ',');) numbers.push_back(NumberIn(part));
  return numbers;
}

// All integers that stand in a text.
inline std::vector<int64_t> IntegersIn(const std::string& text) {
  static const std::regex integer(R"(-?\d+)");
  std::vector<int64_t> found;
  for (std::sregex_iterator it(text.begin(), text.end(), integer), end; it != end; ++it) {
    found.push_back(std::stoll(it->str()));
  }
  return found;
}

// The thinking of a problem that is told in words, after the line with the numbers it gives.
inline std::string WithoutGiven(const Problem& problem) {
  const size_t end = problem.thinking.find('\n');
  const std::string given = problem.thinking.substr(0, end);
  EXPECT_TRUE(given.starts_with("Given: ") || given.starts_with("已知: "));
  EXPECT_EQ(IntegersIn(given), IntegersIn(problem.question));
  return problem.thinking.substr(end + 1);
}

}  // namespace lemma::train
