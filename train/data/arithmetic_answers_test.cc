// The answers of the arithmetic and number-theory families, found again from the questions by brute
// force.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <regex>

#include "train/data/families.h"
#include "train/data/test_equations.h"

namespace lemma::train {
namespace {

constexpr int kProblems = 200;

void ForEachProblem(std::string_view name, const std::function<void(const Problem&)>& use) {
  int n_families = 0;
  for (const auto& group : {ArithmeticFamilies(), NumberTheoryFamilies()}) {
    for (const Family* family : group) {
      if (family->name() != name) continue;
      ++n_families;
      Rng rng(7);
      for (int i = 0; i < kProblems && !testing::Test::HasFailure(); ++i) {
        const Problem problem =
            family->Generate(rng, i % 2 == 0 ? Language::kEnglish : Language::kChinese,
                             i % 4 < 2 ? Split::kTrain : Split::kHeldOut);
        SCOPED_TRACE(problem.question + "\n" + problem.solution);
        use(problem);
      }
    }
  }
  EXPECT_EQ(n_families, 1) << name;
}

// The digit runs of a text.
std::vector<long> NumbersIn(const std::string& text) {
  static const std::regex digits(R"(\d+)");
  std::vector<long> numbers;
  for (std::sregex_iterator it(text.begin(), text.end(), digits), end; it != end; ++it) {
    numbers.push_back(std::stol(it->str()));
  }
  return numbers;
}

bool Contains(const Problem& problem, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return problem.question.find(word) != std::string::npos;
  });
}

bool IsPrime(long n) {
  for (long d = 2; d < n; ++d) {
    if (n % d == 0) return false;
  }
  return n > 1;
}

long PowerMod(long a, long e, long m) {
  long value = 1 % m;
  for (long i = 0; i < e; ++i) value = value * a % m;
  return value;
}

std::string YesOrNo(const Problem& problem, bool is_yes) {
  if (problem.language == Language::kEnglish) return is_yes ? "yes" : "no";
  return is_yes ? "是" : "否";
}

long BaseIn(const Problem& problem) {
  if (Contains(problem, {"binary", "二进制"})) return 2;
  if (Contains(problem, {"hexadecimal", "十六进制"})) return 16;
  static const std::regex base(R"(base (\d+)|(\d+) 进制)");
  std::smatch match;
  EXPECT_TRUE(std::regex_search(problem.question, match, base));
  return std::stol(match[1].matched ? match[1] : match[2]);
}

TEST(ArithmeticAnswersTest, AreTheValuesOfTheirExpressions) {
  for (const std::string_view family :
       {"integer-chain", "integer-multiplication", "mixed-expression", "fraction-addition",
        "fraction-multiplication", "decimal-addition", "decimal-multiplication",
        "percent-of-number"}) {
    ForEachProblem(family, [](const Problem& problem) {
      // The thinking opens with the expression.
      const std::string expression =
          problem.thinking.substr(0, problem.thinking.find_first_of("=\n"));
      const EquationReport report = CheckEquations(expression + " = " + problem.answer);
      EXPECT_EQ(report.n_checked, 1);
      EXPECT_TRUE(report.false_chains.empty()) << expression;
      std::vector<long> asked = NumbersIn(problem.question), used = NumbersIn(expression);
      for (const long number : asked) {
        EXPECT_NE(std::find(used.begin(), used.end(), number), used.end()) << number;
      }
    });
  }
}

TEST(ArithmeticAnswersTest, AreQuotientsAndRemainders) {
  ForEachProblem("long-division", [](const Problem& problem) {
    const std::vector<long> asked = NumbersIn(problem.question), given = NumbersIn(problem.answer);
    const long q = asked.at(0) / asked.at(1), r = asked.at(0) % asked.at(1);
    EXPECT_EQ(given, given.size() == 1 ? std::vector<long>{r} : (std::vector<long>{q, r}));
  });
}

TEST(ArithmeticAnswersTest, ArePercentages) {
  ForEachProblem("percent-change", [](const Problem& problem) {
    // A price may be told to change to a value from another: the verb says which is greater.
    const std::vector<long> asked = NumbersIn(problem.question);
    const bool rises =
        Contains(problem, {"rises", "increases", "goes up", "climbs", "上升", "增加", "提高"});
    const bool falls =
        Contains(problem, {"falls", "decreases", "goes down", "drops", "下降", "减少", "降低"});
    EXPECT_NE(rises, falls);
    const long low = std::min(asked.at(0), asked.at(1)), high = std::max(asked.at(0), asked.at(1));
    EXPECT_EQ(std::stol(problem.answer) * (rises ? low : high), 100 * (high - low));
  });
  ForEachProblem("percent-new-value", [](const Problem& problem) {
    static const std::regex percentage(R"((\d+)(?:%| percent)|百分之 (\d+))");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(problem.question, match, percentage));
    const long percent = std::stol(match[1].matched ? match[1] : match[2]);
    const long n = NumbersIn(match.prefix().str() + " " + match.suffix().str()).at(0);
    const bool grows = Contains(problem, {"increas", "raised", "增加", "提高"});
    EXPECT_EQ(100 * std::stol(problem.answer), n * (100 + (grows ? percent : -percent)));
  });
}

TEST(NumberTheoryAnswersTest, AreCommonDivisorsAndMultiples) {
  ForEachProblem("gcd", [](const Problem& problem) {
    const std::vector<long> asked = NumbersIn(problem.question);
    EXPECT_EQ(std::stol(problem.answer), std::gcd(asked.at(0), asked.at(1)));
  });
  ForEachProblem("lcm", [](const Problem& problem) {
    const std::vector<long> asked = NumbersIn(problem.question);
    EXPECT_EQ(std::stol(problem.answer), std::lcm(asked.at(0), asked.at(1)));
  });
}

TEST(NumberTheoryAnswersTest, ArePrimeFactorisations) {
  ForEachProblem("prime-factorisation", [](const Problem& problem) {
    static const std::regex factor(R"((\d+)(?:\^(\d+))?)");
    long product = 1, previous = 1;
    const std::string& answer = problem.answer;
    for (std::sregex_iterator it(answer.begin(), answer.end(), factor), end; it != end; ++it) {
      const long prime = std::stol((*it)[1]);
      EXPECT_TRUE(IsPrime(prime));
      EXPECT_GT(prime, previous);
      previous = prime;
      const long exponent = (*it)[2].matched ? std::stol((*it)[2]) : 1;
      for (long i = 0; i < exponent; ++i) product *= prime;
    }
    EXPECT_EQ(product, NumbersIn(problem.question).at(0));
  });
}

TEST(NumberTheoryAnswersTest, ArePrimalityAndDivisibility) {
  ForEachProblem("prime-test", [](const Problem& problem) {
    const long n = NumbersIn(problem.question).at(0);
    EXPECT_EQ(problem.answer, YesOrNo(problem, IsPrime(n)));
  });
  ForEachProblem("divisibility-rule", [](const Problem& problem) {
    const std::vector<long> asked = NumbersIn(problem.question);
    const long n = std::max(asked.at(0), asked.at(1)), d = std::min(asked.at(0), asked.at(1));
    EXPECT_EQ(problem.answer, YesOrNo(problem, n % d == 0));
  });
}

TEST(NumberTheoryAnswersTest, AreCountsAndSumsOfDivisors) {
  ForEachProblem("divisor-function", [](const Problem& problem) {
    const long n = NumbersIn(problem.question).at(0);
    long count = 0, sum = 0;
    for (long d = 1; d <= n; ++d) {
      if (n % d != 0) continue;
      ++count;
      sum += d;
    }
    const bool wants_count = Contains(problem, {"many", "number of", "ount", "个", "几"});
    EXPECT_EQ(std::stol(problem.answer), wants_count ? count : sum);
  });
}

TEST(NumberTheoryAnswersTest, AreRemaindersOfPowers) {
  for (const std::string_view family : {"modular-power", "power-cycle"}) {
    ForEachProblem(family, [](const Problem& problem) {
      std::vector<long> asked = NumbersIn(problem.question);
      if (asked.size() == 2) asked.push_back(10);
      EXPECT_EQ(std::stol(problem.answer), PowerMod(asked.at(0), asked.at(1), asked.at(2)));
    });
  }
}

TEST(NumberTheoryAnswersTest, SolveTheirCongruences) {
  ForEachProblem("linear-congruence", [](const Problem& problem) {
    std::vector<long> asked = NumbersIn(problem.question);
    const long x = std::stol(problem.answer);
    if (Contains(problem, {"equiv", "≡"})) {
      const long m = asked.at(2);
      EXPECT_EQ(x * asked.at(0) % m, asked.at(1) % m);
      EXPECT_LT(x, m);
      return;
    }
    // The question for an inverse may write ^(-1), and may name the modulus first.
    asked.erase(std::remove(asked.begin(), asked.end(), 1), asked.end());
    const long a = asked.at(0), b = asked.at(1);
    EXPECT_TRUE((x < b && x * a % b == 1) || (x < a && x * b % a == 1));
  });
}

TEST(NumberTheoryAnswersTest, AreTheSameNumbersInOtherBases) {
  ForEachProblem("to-base", [](const Problem& problem) {
    const long n = std::stol(problem.answer, nullptr, static_cast<int>(BaseIn(problem)));
    const std::vector<long> asked = NumbersIn(problem.question);
    EXPECT_NE(std::find(asked.begin(), asked.end(), n), asked.end());
  });
  ForEachProblem("from-base", [](const Problem& problem) {
    const long base = BaseIn(problem);
    std::string written;
    for (long n = std::stol(problem.answer); n > 0; n /= base) {
      written.insert(written.begin(), "0123456789ABCDEF"[n % base]);
    }
    EXPECT_TRUE(Contains(problem, {written})) << written;
  });
}

}  // namespace
}  // namespace lemma::train
