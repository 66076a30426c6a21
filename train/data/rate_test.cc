// The answers of the average, rate, percentage and sharing families, put back into their stories.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "train/data/test_problems.h"

namespace lemma::train {
namespace {

TEST(AverageTest, MediansAgreeWithSorting) {
  ForEachProblem("median", [](const Problem& problem) {
    std::vector<int64_t> numbers = IntegersIn(problem.question);
    std::sort(numbers.begin(), numbers.end());
    const size_t n = numbers.size();
    EXPECT_EQ(problem.answer, std::to_string((numbers[(n - 1) / 2] + numbers[n / 2]) / 2));
  });
}

TEST(AverageTest, MeansAndMissingNumbersBalance) {
  ForEachProblem("mean", [](const Problem& problem) {
    std::vector<int64_t> numbers = IntegersIn(problem.question);
    const int64_t answer = std::stoll(problem.answer);
    const auto sum = [&] {
      int64_t total = 0;
      for (const int64_t number : numbers) total += number;
      return total;
    };
    const bool is_missing = problem.solution.find("Missing") != std::string::npos ||
                            problem.solution.find("缺少") != std::string::npos;
    if (is_missing) {
      // The thinking begins with the count and the mean: "n = 5, m = 30".
      const std::vector<int64_t> given = IntegersIn(FirstLine(problem.thinking));
      ASSERT_EQ(given.size(), 2u);
      for (const int64_t number : given) {
        const auto at = std::find(numbers.begin(), numbers.end(), number);
        ASSERT_NE(at, numbers.end());
        numbers.erase(at);
      }
      EXPECT_EQ(static_cast<int64_t>(numbers.size()) + 1, given[0]);
      EXPECT_EQ(given[0] * given[1] - sum(), answer);
    } else {
      EXPECT_EQ(answer * static_cast<int64_t>(numbers.size()), sum());
    }
  });
}

TEST(SharingTest, SharesAreInTheRatio) {
  ForEachProblem("ratio-sharing", [](const Problem& problem) {
    static const std::regex ratio(R"(\d+(:\d+)+)");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(problem.question, match, ratio));
    const std::vector<int64_t> parts = IntegersIn(match.str());
    const int64_t total = IntegersIn(match.prefix().str() + " " + match.suffix().str())[0];
    int64_t whole = 0;
    for (const int64_t part : parts) whole += part;
    const int64_t share = std::stoll(problem.answer);
    EXPECT_TRUE(std::any_of(parts.begin(), parts.end(),
                            [&](int64_t part) { return share * whole == total * part; }));
  });
}

// Whether the question matches its language's expression.
bool Matches(const Problem& problem, const char* english, const char* chinese) {
  return std::regex_search(problem.question,
                           std::regex(problem.language == Language::kEnglish ? english : chinese));
}

std::vector<int64_t> Sorted(std::vector<int64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// The line that says what the numbers stand for ("v = 60, t = 4, s = ?") has those of the question.
void ExpectGivenAsTold(const Problem& problem) {
  EXPECT_EQ(Sorted(IntegersIn(FirstLine(WithoutGiven(problem)))),
            Sorted(IntegersIn(problem.question)))
      << problem.thinking;
}

bool Says(const Problem& problem, std::string_view english, std::string_view chinese) {
  const std::string_view word = problem.language == Language::kEnglish ? english : chinese;
  return problem.question.find(word) != std::string::npos;
}

TEST(MotionTest, SpeedsTimesAndDistancesFitTogether) {
  ForEachProblem("speed-distance-time", [](const Problem& problem) {
    const std::vector<int64_t> given = Sorted(IntegersIn(problem.question));
    const int64_t answer = std::stoll(problem.answer);
    ExpectGivenAsTold(problem);
    if (given.size() == 2) {
      const bool asks_distance = FirstLine(WithoutGiven(problem)).ends_with("s = ?");
      EXPECT_EQ(asks_distance ? given[0] * given[1] : given[0] * answer,
                asks_distance ? answer : given[1]);
    } else if (Says(problem, "meet", "相遇")) {
      ASSERT_EQ(given.size(), 3u);
      EXPECT_EQ((given[0] + given[1]) * answer, given[2]);
    } else {
      // The distance may be smaller than a speed: whichever of the three fits.
      EXPECT_TRUE(Matches(problem, "catch|caught|overtake", "追"));
      ASSERT_EQ(given.size(), 3u);
      const auto fits = [&](size_t s, size_t v, size_t w) {
        return (given[v] - given[w]) * answer == given[s];
      };
      EXPECT_TRUE(fits(2, 1, 0) || fits(1, 2, 0) || fits(0, 2, 1));
    }
  });
}

TEST(WorkTest, TheWholeWorkIsDone) {
  ForEachProblem("work-rate", [](const Problem& problem) {
    const std::vector<int64_t> given = IntegersIn(problem.question);
    const double answer = NumberIn(problem.answer);
    if (given.size() == 3) {
      // The other number of workers stands last, or first where the question comes first.
      ExpectGivenAsTold(problem);
      const bool asks_first = Matches(problem, R"(^\D*[Hh]ow (many|long))", R"(^\D*求(?!解)\D*\d)");
      const size_t n = asks_first ? 0 : 2;
      EXPECT_NEAR(static_cast<double>(given[asks_first ? 1 : 0] * given[asks_first ? 2 : 1]),
                  static_cast<double>(given[n]) * answer, 1e-9);
      return;
    }
    ASSERT_EQ(given.size(), 2u);
    // The tap is faster than the drain.
    const double first = 1.0 / static_cast<double>(std::min(given[0], given[1]));
    const double second = 1.0 / static_cast<double>(std::max(given[0], given[1]));
    const bool drains = Matches(problem, "empt|[Dd]rain", "出水管|排水口");
    EXPECT_NEAR((drains ? first - second : first + second) * answer, 1, 1e-9);
  });
}

TEST(PercentTest, PricesAndInterestFitTogether) {
  ForEachProblem("percent-story", [](const Problem& problem) {
    std::vector<int64_t> n = IntegersIn(problem.question);
    const int64_t answer = IntegersIn(problem.answer)[0];
    if (n.size() == 3) {
      const int64_t principal = *std::max_element(n.begin(), n.end());
      const int64_t interest = n[0] * n[1] * n[2] / 100;
      const bool asks_total = Matches(
          problem, "total(?! interest)|balance|in all|principal and|principal plus|worth|grow",
          "本息|本利和|连本带利|本金加|取回|连同利息|总和|余额");
      ExpectGivenAsTold(problem);
      EXPECT_EQ(answer, asks_total ? principal + interest : interest);
      return;
    }
    ASSERT_EQ(n.size(), 2u);
    if (problem.answer.find('%') != std::string::npos) {
      ExpectGivenAsTold(problem);
      EXPECT_EQ(std::max(n[0], n[1]) * 100, std::min(n[0], n[1]) * (100 + answer));
      return;
    }
    const bool is_profit = Matches(problem, "[Pp]rofit|gain", "利");
    const auto fits = [&](int64_t price, int64_t percent) {
      return answer * 100 == price * (is_profit ? 100 + percent : 100 - percent);
    };
    EXPECT_TRUE(fits(n[0], n[1]) || fits(n[1], n[0]));
  });
}

TEST(AgeTest, AgesFitTheStory) {
  ForEachProblem("age-problem", [](const Problem& problem) {
    const std::vector<int64_t> n = IntegersIn(problem.question);
    const int64_t answer = std::stoll(problem.answer);
    if (n.size() == 3) {
      std::vector<int64_t> roles = n;  // x's age, y's and the multiple, told in any order
      std::sort(roles.begin(), roles.end());
      bool fits = false;
      do {
        fits = fits || roles[0] + answer == roles[2] * (roles[1] + answer);
      } while (std::next_permutation(roles.begin(), roles.end()));
      EXPECT_TRUE(fits) << problem.question;
      return;
    }
    ASSERT_EQ(n.size(), 2u);
    const int64_t sum = std::max(n[0], n[1]), other = std::min(n[0], n[1]);
    const bool is_multiple = Says(problem, "times", "倍");
    EXPECT_EQ(sum, is_multiple ? answer * (other + 1) : 2 * answer + other);
  });
}

}  // namespace
}  // namespace lemma::train
