// What holds for every family of mathematics, and the steps of arithmetic that they write.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "train/data/drills.h"
#include "train/data/families.h"
#include "train/data/steps.h"
#include "train/data/test_equations.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

constexpr int kProblems = 300;
// One context of the small model holds a whole problem (EstimatedTokens); the longest prove primes.
constexpr double kThinkingTokensMax = 540;
constexpr double kProblemTokensMax = 640;
constexpr size_t kProblemBytesMax = 900;

struct Setting {
  const Family* family;
  Language language;
};

std::vector<Setting> AllSettings() {
  std::vector<Setting> settings;
  for (const auto& group :
       {ArithmeticFamilies(), NumberTheoryFamilies(), AlgebraFamilies(), CountingFamilies()}) {
    for (const Family* family : group) {
      settings.push_back({family, Language::kEnglish});
      settings.push_back({family, Language::kChinese});
    }
  }
  return settings;
}

class FamilyTest : public testing::TestWithParam<Setting> {
 protected:
  // Calls `use` with random problems of one split.
  template <typename Use>
  void ForEachProblem(Split split, Use use) const {
    Rng rng(split == Split::kTrain ? 1 : 2);
    for (int i = 0; i < kProblems; ++i) {
      const Problem problem = GetParam().family->Generate(rng, GetParam().language, split);
      use(problem);
      if (HasFailure()) return;
    }
  }
  template <typename Use>
  void ForEachProblem(Use use) const {
    ForEachProblem(Split::kTrain, use);
    ForEachProblem(Split::kHeldOut, use);
  }
};

// Single digits, words, runs of signs with the space before them, and a space before a digit are
// about one token each; a Chinese character somewhat less.
double EstimatedTokens(const std::string& text) {
  double tokens = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char before = i > 0 ? text[i - 1] : '\n';
    const bool next_is_digit =
        i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (c >= 0x80) {
      tokens += 0.8 / 3;
    } else if (std::isdigit(c) != 0 || c == '\n') {
      tokens += 1;
    } else if (std::isalpha(c) != 0) {
      tokens += std::isalpha(static_cast<unsigned char>(before)) != 0 ? 0.1 : 1;
    } else if (c == ' ') {
      tokens += next_is_digit ? 1 : 0;
    } else {
      tokens += std::ispunct(static_cast<unsigned char>(before)) != 0 ? 0.5 : 1;
    }
  }
  return tokens;
}

// What is left of a question without its numbers.
std::string Skeleton(const std::string& question) {
  std::string skeleton;
  for (const char c : question) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) skeleton += c;
  }
  return skeleton;
}

TEST_P(FamilyTest, SolutionsPassTheCheckAndOtherAnswersFail) {
  const Family& family = *GetParam().family;
  ForEachProblem([&](const Problem& problem) {
    EXPECT_EQ(problem.family, family.name());
    EXPECT_EQ(problem.domain, Domain::kMath);
    EXPECT_EQ(problem.language, GetParam().language);
    EXPECT_FALSE(problem.answer.empty());
    EXPECT_EQ(LastBoxed(problem.solution), problem.answer);
    EXPECT_TRUE(family.Check(problem, problem.solution)) << problem.solution;
    EXPECT_FALSE(family.Check(problem, "\\boxed{" + problem.answer + "1}"));
    EXPECT_FALSE(family.Check(problem, "\\boxed{" + problem.answer.substr(1) + "}"));
    EXPECT_FALSE(family.Check(problem, problem.answer));
  });
}

TEST_P(FamilyTest, EveryEquationIsTrue) {
  int n_checked = 0;
  ForEachProblem([&](const Problem& problem) {
    for (const std::string& text : {problem.thinking, problem.solution}) {
      const EquationReport report = CheckEquations(text);
      EXPECT_TRUE(report.false_chains.empty()) << report.false_chains.front() << "\nin\n" << text;
      n_checked += report.n_checked;
    }
  });
  EXPECT_GT(n_checked, kProblems);
}

TEST_P(FamilyTest, ProblemsAreShort) {
  ForEachProblem([&](const Problem& problem) {
    const std::string all = problem.question + problem.thinking + problem.solution;
    EXPECT_GE(problem.question.size(), 5u);
    EXPECT_FALSE(problem.thinking.empty());
    EXPECT_LE(EstimatedTokens(problem.thinking), kThinkingTokensMax) << problem.thinking;
    EXPECT_LE(EstimatedTokens(all), kProblemTokensMax) << problem.question << problem.thinking;
    EXPECT_LE(all.size(), kProblemBytesMax) << all;
  });
}

// The thinking follows from the operands alone, whatever the wording of the question is.
TEST_P(FamilyTest, HeldOutOperandsAndWordingsAreNotTrainedOn) {
  std::set<std::string> workings, skeletons;
  ForEachProblem(Split::kTrain, [&](const Problem& problem) {
    workings.insert(problem.thinking);
    skeletons.insert(Skeleton(problem.question));
  });
  EXPECT_GE(skeletons.size(), 8u);
  EXPECT_GE(workings.size(), 100u);
  std::set<std::string> held_out_skeletons;
  ForEachProblem(Split::kHeldOut, [&](const Problem& problem) {
    EXPECT_EQ(workings.count(problem.thinking), 0u) << problem.thinking;
    held_out_skeletons.insert(Skeleton(problem.question));
    EXPECT_EQ(skeletons.count(Skeleton(problem.question)), 0u) << problem.question;
  });
  EXPECT_GE(held_out_skeletons.size(), 2u);
}

TEST_P(FamilyTest, AProblemDependsOnlyOnTheSeed) {
  Rng first(5), second(5);
  for (int i = 0; i < 10; ++i) {
    const Problem a = GetParam().family->Generate(first, GetParam().language, Split::kTrain);
    const Problem b = GetParam().family->Generate(second, GetParam().language, Split::kTrain);
    EXPECT_EQ(a.question, b.question);
    EXPECT_EQ(a.thinking, b.thinking);
    EXPECT_EQ(a.solution, b.solution);
  }
}

INSTANTIATE_TEST_SUITE_P(Mathematics, FamilyTest, testing::ValuesIn(AllSettings()),
                         [](const testing::TestParamInfo<Setting>& info) {
                           std::string name(info.param.family->name());
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name +
                                  (info.param.language == Language::kEnglish ? "_en" : "_zh");
                         });

TEST(EquationReaderTest, FindsFalseAndUnreadableChains) {
  EXPECT_EQ(CheckEquations("47*6 = 282; 84 = 1*60 + 24\n1. 3/4 = 0.75, so 2^3*5 = 40.").n_checked,
            4);
  EXPECT_TRUE(CheckEquations("1. x = 4: gcd(12, 18) = 6, -(8 - 3) = -5").false_chains.empty());
  EXPECT_TRUE(CheckEquations("\\frac{6}{8} = \\frac{3}{4}; 2 \\cdot 3 = 6").false_chains.empty());
  EXPECT_TRUE(CheckEquations("3x + 5 = 20; 2^{k+1} = 2*2^k; C(5, 2) = 10").false_chains.empty());
  EXPECT_EQ(CheckEquations("x = 8/2 = 5").false_chains.size(), 1u);
  EXPECT_EQ(CheckEquations("1 + 1 = 2 = 3").false_chains.size(), 1u);
  EXPECT_EQ(CheckEquations("gcd(12, 18) = 3").false_chains.size(), 1u);
  EXPECT_EQ(CheckEquations("2 + = 3").false_chains.size(), 1u);
}

TEST(StepsTest, HaveTheirFormats) {
  EXPECT_EQ(AddSteps(345, 278), "345 + 278 = 545 + 78 = 615 + 8 = 623");
  EXPECT_EQ(AddSteps(-5, 3), "-5 + 3 = -(5 - 3) = -2");
  EXPECT_EQ(AddSteps(5, -3), "5 - 3 = 2");
  EXPECT_EQ(AddSteps(275, 140, 2), "2.75 + 1.40 = 3.75 + 0.40 = 4.15");
  EXPECT_EQ(SubtractSteps(345, 678), "345 - 678 = -(678 - 345) = -(378 - 45) = -(338 - 5) = -333");
  EXPECT_EQ(SumSteps({12, 45, 30}), "12 + 45 = 57; 57 + 30 = 87");
  EXPECT_EQ(MultiplySteps(47, 6), "47*6 = 282");
  EXPECT_EQ(MultiplySteps(6, 470), "6*470 = 2820");
  EXPECT_EQ(MultiplySteps(12300, 7),
            "12300*7 = 10000*7 + 2300*7 = 70000 + 16100 = 80000 + 6100 = 86000 + 100 = 86100");
  EXPECT_EQ(MultiplySteps(47, 36),
            "47*36 = 47*30 + 47*6 = 1410 + 282 = 1610 + 82 = 1690 + 2 = 1692");
  EXPECT_EQ(DivideSteps(738, 6), "7 = 1*6 + 1; 13 = 2*6 + 1; 18 = 3*6 + 0; 738 = 123*6 + 0");
  EXPECT_EQ(DivideSteps(105, 42), "42*2 = 84; 105 - 84 = 25 - 4 = 21; 105 = 2*42 + 21");
  EXPECT_EQ(ExactDivideSteps(22000, 400),
            "22000/400 = 220/4; 22 = 5*4 + 2; 20 = 5*4 + 0; 220/4 = 55");
  EXPECT_EQ(GcdSteps(18, 42),
            "18*2 = 36; 42 - 36 = 6; 42 = 2*18 + 6; 18 = 3*6 + 0; gcd(18, 42) = 6");
  EXPECT_EQ(ReduceSteps(18, 42),
            "18*2 = 36; 42 - 36 = 6; 42 = 2*18 + 6; 18 = 3*6 + 0; gcd(18, 42) = 6; 18/6 = 3; 42/6 "
            "= 7; 18/42 = 3/7");
  EXPECT_EQ(LcmSteps(6, 4),
            "6 = 1*4 + 2; 4 = 2*2 + 0; gcd(6, 4) = 2; 6/2 = 3; 3*4 = 12; lcm(6, 4) = 12");
}

TEST(StepsTest, AreTrueForAllOperands) {
  Rng rng(3);
  for (int i = 0; i < 1000; ++i) {
    const int64_t a = rng.Int(0, 9999), b = rng.Int(0, 999), d = rng.Int(1, 300);
    const int64_t sign = rng.Chance(0.5) ? 1 : -1;
    for (const std::string& steps :
         {AddSteps(sign * a, b), SubtractSteps(b, sign * a), AddSteps(a, -b, 2),
          SubtractSteps(-a, sign * b, 1), MultiplySteps(a, b), DivideSteps(a, d),
          ExactDivideSteps(b * d, d), GcdSteps(a + 1, d), ReduceSteps(b + 1, d),
          LcmSteps(b + 1, d)}) {
      const EquationReport report = CheckEquations(steps);
      ASSERT_TRUE(report.false_chains.empty()) << steps;
      ASSERT_GT(report.n_checked, 0) << steps;
    }
  }
}

TEST(NumberTextTest, IsCanonical) {
  EXPECT_EQ(DecimalText(1275, 2), "12.75");
  EXPECT_EQ(DecimalText(-5, 1), "-0.5");
  EXPECT_EQ(ShortDecimalText(1250, 2), "12.5");
  EXPECT_EQ(ShortDecimalText(1200, 2), "12");
  EXPECT_EQ(FractionText(6, -8), "-\\frac{3}{4}");
  EXPECT_EQ(FractionText(6, 3), "2");
  EXPECT_EQ(FractionText(0, 7), "0");
}

TEST(WordingTest, FullWidthPunctuationKeepsNumbersWhole) {
  EXPECT_EQ(WithFullWidthPunctuation("计算 3.5 和 [1, 2], 求和. 等于 4.5?"),
            "计算 3.5 和 [1, 2], 求和。等于 4.5？");
}

TEST(DrillTest, EveryEquationIsTrueAndNoProductIsHeldOut) {
  // A chain that begins with a product of two long factors is one that was asked for, or an lcm's.
  const std::regex product(R"((?:^|; |\n)(\d+)\*(\d+) = )");
  Rng rng(1);
  size_t n_equations = 0, n_products = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string drill = WriteDrill(rng);
    const EquationReport report = CheckEquations(drill);
    EXPECT_TRUE(report.false_chains.empty()) << drill;
    n_equations += report.n_checked;
    EXPECT_LT(drill.size(), 700u) << drill;
    for (std::sregex_iterator at(drill.begin(), drill.end(), product), end; at != end; ++at) {
      const int64_t a = std::stoll((*at)[1]), b = std::stoll((*at)[2]);
      if (std::min(a, b) <= 12 || std::max(a, b) > 99 || a % 10 == 0 || b % 10 == 0) continue;
      ++n_products;
      EXPECT_TRUE(InSplit(HashOf({std::min(a, b), std::max(a, b)}), Split::kTrain)) << drill;
    }
  }
  EXPECT_GT(n_equations, 10000u);
  EXPECT_GT(n_products, 300u);
}

}  // namespace
}  // namespace lemma::train
