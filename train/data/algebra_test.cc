// The answers of the algebra families, found again by other means: roots put into their equations,
// derivatives by differences, logarithms by the natural one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include "train/data/algebra_steps.h"
#include "train/data/test_problems.h"

namespace lemma::train {
namespace {

// The polynomial asked about: the longest run of a question that can be one.
std::string ExpressionIn(const std::string& question) {
  static const std::regex run(R"((?:^|[^A-Za-z])([-+\dx^() ]*x[-+\dx^() ]*))");
  std::string longest;
  for (std::sregex_iterator it(question.begin(), question.end(), run), end; it != end; ++it) {
    if ((*it)[1].length() > static_cast<long>(longest.size())) longest = (*it)[1];
  }
  return longest;
}

char VariableOf(const std::string& equation) {
  const auto letter = std::find_if(equation.begin(), equation.end(),
                                   [](unsigned char c) { return std::isalpha(c) != 0; });
  return letter == equation.end() ? 'x' : *letter;
}

TEST(LinearEquationTest, AnswersSolveTheEquation) {
  for (const char* family : {"linear-equation", "linear-equation-two-sides"}) {
    ForEachProblem(family, [](const Problem& problem) {
      const std::string equation = FirstLine(problem.thinking);
      EXPECT_NEAR(Residual(equation, VariableOf(equation), NumberIn(problem.answer)), 0, 1e-9);
    });
  }
}

TEST(LinearInequalityTest, AnswersHoldExactlyWhereTheInequalityDoes) {
  const auto holds = [](const std::string& text, double x) {
    static const std::regex parts(R"((.*) (<|>|\\le|\\ge) (.*))");
    std::smatch match;
    EXPECT_TRUE(std::regex_match(text, match, parts)) << text;
    const double left = ValueAt(match.str(1), 'x', x), right = ValueAt(match.str(3), 'x', x);
    if (match[2] == "<") return left < right - 1e-9;
    if (match[2] == ">") return left > right + 1e-9;
    return match[2] == "\\le" ? left < right + 1e-9 : left > right - 1e-9;
  };
  ForEachProblem("linear-inequality", [&](const Problem& problem) {
    const double bound = static_cast<double>(IntegersIn(problem.answer)[0]);
    for (const double x : {bound - 1, bound, bound + 1}) {
      EXPECT_EQ(holds(FirstLine(problem.thinking), x), holds(problem.answer, x)) << x;
    }
  });
}

TEST(LinearInequalityTest, OtherSignsForTheSameRelationAreRight) {
  Problem problem;
  problem.answer = "x \\le 3";
  const Family& family = FamilyNamed("linear-inequality");
  EXPECT_TRUE(family.Check(problem, "\\boxed{x ≤ 3}"));
  EXPECT_TRUE(family.Check(problem, "\\boxed{x \\leq 3}"));
  EXPECT_FALSE(family.Check(problem, "\\boxed{x < 3}"));
  EXPECT_FALSE(family.Check(problem, "\\boxed{x \\ge 3}"));
}

TEST(LinearSystemTest, AnswersSolveBothEquations) {
  ForEachProblem("linear-system", [](const Problem& problem) {
    const std::vector<int64_t> solution = IntegersIn(problem.answer);
    ASSERT_EQ(solution.size(), 2u);
    static const std::regex equations(R"(\(1\) (.*); \(2\) (.*))");
    std::smatch match;
    const bool is_told = !problem.thinking.starts_with("(1)");
    const std::string line = FirstLine(is_told ? WithoutGiven(problem) : problem.thinking);
    ASSERT_TRUE(std::regex_match(line, match, equations)) << line;
    for (const size_t i : {1, 2}) {
      const std::string y = "(" + std::to_string(solution[1]) + ")";
      const std::string in_x = std::regex_replace(match[i].str(), std::regex("y"), y);
      EXPECT_NEAR(Residual(in_x, 'x', static_cast<double>(solution[0])), 0, 1e-9) << in_x;
    }
  });
}

TEST(LinearSystemTest, AllWaysToWriteAPairAreRight) {
  Problem problem;
  problem.answer = "x = 2, y = -1";
  const Family& family = FamilyNamed("linear-system");
  for (const char* reply : {"\\boxed{(2, -1)}", "\\boxed{y=-1, x=2}", "\\boxed{2, -1}",
                            "\\boxed{x = 2， y = -1}", "\\boxed{(x, y) = (2, -1)}"}) {
    EXPECT_TRUE(family.Check(problem, reply)) << reply;
  }
  EXPECT_FALSE(family.Check(problem, "\\boxed{(-1, 2)}"));
  EXPECT_FALSE(family.Check(problem, "\\boxed{x = -1, y = 2}"));
}

TEST(QuadraticTest, RootsSolveTheEquation) {
  ForEachProblem("quadratic-factoring", [](const Problem& problem) {
    for (const double root : NumbersIn(problem.answer)) {
      EXPECT_NEAR(Residual(FirstLine(problem.thinking), 'x', root), 0, 1e-9);
    }
  });
  ForEachProblem("quadratic-formula", [](const Problem& problem) {
    const std::vector<double> roots = NumbersIn(problem.answer);
    ASSERT_EQ(roots.size(), 2u);
    EXPECT_LT(roots[0], roots[1]);
    for (const double root : roots) {
      EXPECT_NEAR(ValueAt(ExpressionIn(problem.question), 'x', root), 0, 1e-6);
    }
  });
}

TEST(QuadraticTest, RootsInAnyOrderAreRight) {
  Problem problem;
  problem.answer = "-3, \\frac{1}{2}";
  const Family& family = FamilyNamed("quadratic-formula");
  EXPECT_TRUE(family.Check(problem, "\\boxed{\\frac{1}{2}, -3}"));
  EXPECT_FALSE(family.Check(problem, "\\boxed{-3}"));
}

TEST(DiscriminantTest, AgreesWithTheLowestPoint) {
  ForEachProblem("discriminant", [](const Problem& problem) {
    const std::vector<int64_t> abc = IntegersIn(FirstLine(problem.thinking));
    ASSERT_EQ(abc.size(), 3u);
    const std::string polynomial = PolynomialText(abc, "x");
    EXPECT_NE(problem.question.find(polynomial), std::string::npos) << polynomial;
    const auto a = static_cast<double>(abc[0]), b = static_cast<double>(abc[1]);
    const double lowest = ValueAt(polynomial, 'x', -b / (2 * a));
    const bool counts = problem.solution.find("root") != std::string::npos ||
                        problem.solution.find("实数根") != std::string::npos;
    const double expected = !counts                   ? -4 * a * lowest
                            : std::abs(lowest) < 1e-9 ? 1
                            : lowest < 0              ? 2
                                                      : 0;
    EXPECT_NEAR(NumberIn(problem.answer), expected, 1e-6);
  });
}

TEST(PolynomialTest, ValuesAndProductsAgreeWithTheQuestion) {
  ForEachProblem("polynomial-value", [](const Problem& problem) {
    const std::vector<int64_t> numbers = IntegersIn(FirstLine(problem.thinking));
    EXPECT_NEAR(ValueAt(ExpressionIn(problem.question), 'x', static_cast<double>(numbers[0])),
                NumberIn(problem.answer), 1e-6);
  });
  ForEachProblem("polynomial-expansion", [](const Problem& problem) {
    for (const double x : {-2.0, 0.5, 3.0}) {
      EXPECT_NEAR(ValueAt(ExpressionIn(problem.question), 'x', x), ValueAt(problem.answer, 'x', x),
                  1e-6);
    }
  });
}

double Slope(const std::string& f, double x) {
  constexpr double kStep = 1e-3;
  return (ValueAt(f, 'x', x + kStep) - ValueAt(f, 'x', x - kStep)) / (2 * kStep);
}

TEST(DerivativeTest, AgreesWithDifferences) {
  ForEachProblem("derivative", [](const Problem& problem) {
    for (const double x : {-1.5, 0.0, 2.0}) {
      EXPECT_NEAR(Slope(ExpressionIn(problem.question), x), ValueAt(problem.answer, 'x', x), 1e-2);
    }
  });
  ForEachProblem("derivative-at-point", [](const Problem& problem) {
    static const std::regex point(R"(x = (-?\d+): )");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(problem.thinking, match, point));
    EXPECT_NEAR(Slope(ExpressionIn(problem.question), std::stod(match[1])),
                NumberIn(problem.answer), 1e-2);
  });
}

TEST(PowerTest, BothFormsHaveTheSameValue) {
  ForEachProblem("exponent-rules", [](const Problem& problem) {
    static const std::regex expression(
        R"((\(|\w+\^)[-\d\w^(){}*/ ]*(\\cdot|\*)[-\d^(){}*/xya ]*\d\}?)");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(problem.question, match, expression)) << problem.question;
    const std::string power = match.str();
    const char base = VariableOf(problem.answer);
    const double asked = ValueAt(power, base, 1.1), answered = ValueAt(problem.answer, base, 1.1);
    EXPECT_NEAR(asked / answered, 1, 1e-6) << power;
  });
}

TEST(LogarithmTest, AgreesWithTheNaturalLogarithm) {
  ForEachProblem("logarithm", [](const Problem& problem) {
    static const std::regex term(R"(([-+] )?(\d*)\\log_\{?(\d+)\}? (\d+))");
    double value = 0;
    for (std::sregex_iterator it(problem.question.begin(), problem.question.end(), term), end;
         it != end; ++it) {
      const std::smatch& match = *it;
      const double factor = match[2].length() == 0 ? 1 : std::stod(match[2]);
      const double sign = match[1] == "- " ? -1 : 1;
      value += sign * factor * std::log(std::stod(match[4])) / std::log(std::stod(match[3]));
    }
    EXPECT_NEAR(NumberIn(problem.answer), value, 1e-9);
  });
}

TEST(GeometryTest, MeasuresFitTogether) {
  ForEachProblem("plane-geometry", [](const Problem& problem) {
    // Its first line says which of the question's two numbers is which.
    const std::string thinking = WithoutGiven(problem);
    const std::vector<int64_t> given = IntegersIn(FirstLine(thinking));
    const std::vector<int64_t> asked = IntegersIn(problem.question);
    ASSERT_EQ(given.size(), 2u);
    ASSERT_TRUE(std::is_permutation(given.begin(), given.end(), asked.begin(), asked.end()));
    const int64_t a = given[0], b = given[1], answer = std::stoll(problem.answer);
    const std::string formula = FirstLine(thinking.substr(thinking.find('\n') + 1));
    if (formula == "a^2 + b^2 = c^2") {
      std::vector<int64_t> sides = {a, b, answer};
      std::sort(sides.begin(), sides.end());
      EXPECT_EQ(sides[0] * sides[0] + sides[1] * sides[1], sides[2] * sides[2]);
    } else if (formula == "180 - (A + B)") {
      EXPECT_EQ(a + b + answer, 180);
    } else if (formula == "a*h/2") {
      EXPECT_EQ(2 * answer, a * b);
    } else {
      const bool is_area = formula == "a*b" || formula == "S/a";
      const bool asks_whole = formula == "a*b" || formula == "2*(a + b)";
      const int64_t whole = asks_whole ? answer : a, other = asks_whole ? a : answer;
      EXPECT_EQ(whole, is_area ? other * b : 2 * (other + b));
    }
  });
}

TEST(AlgebraStepsTest, TextsAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(PolynomialText({2, 0, -1}, "x"), "2x^2 - 1");
  EXPECT_EQ(PolynomialText({-1, 1, 0}, "t"), "-t^2 + t");
  EXPECT_EQ(PolynomialText({0, 0}, "x"), "0");
  EXPECT_EQ(SumText({{-1, "x"}, {3, "y"}}), "-x + 3y");
  EXPECT_EQ(Product(3, -4), "3*(-4) = -12");
  EXPECT_EQ(Quotient(-12, 4), "-12/4 = -3");
  EXPECT_EQ(SumEquation(5, -8), "5 - 8 = -3");
  EXPECT_EQ(SolveSteps(3, "x", "17 - 5 = 12", 12), "3x = 17 - 5 = 12; x = 12/3 = 4");
  EXPECT_EQ(SolveSteps(-1, "x", "4", 4), "-x = 4; x = -4");
  EXPECT_EQ(SolveSteps(1, "x", "4", 4), "x = 4");
  EXPECT_EQ(ReducedFraction(4, 6), "4/6 = 2/3");
  EXPECT_EQ(ReducedFraction(2, 3), "2/3");
  EXPECT_EQ(ReducedFraction(6, -3), "6/(-3) = -2");
  EXPECT_EQ(Compact("x = 1， y = 2"), "x=1,y=2");
}

}  // namespace
}  // namespace lemma::train
