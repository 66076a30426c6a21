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
      const int64_t total = numbers[0] * numbers[1];
      EXPECT_EQ(static_cast<int64_t>(numbers.size()) - 1, numbers[0]);
      numbers.erase(numbers.begin(), numbers.begin() + 2);
      EXPECT_EQ(total - sum(), answer);
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

bool Says(const Problem& problem, std::string_view english, std::string_view chinese) {
  const std::string_view word = problem.language == Language::kEnglish ? english : chinese;
  return problem.question.find(word) != std::string::npos;
}

TEST(MotionTest, SpeedsTimesAndDistancesFitTogether) {
  ForEachProblem("speed-distance-time", [](const Problem& problem) {
    std::vector<int64_t> given = IntegersIn(problem.question);
    const int64_t answer = std::stoll(problem.answer);
    std::sort(given.begin(), given.end());
    if (given.size() == 2) {
      const bool asks_distance = FirstLine(problem.thinking).find("* ") != std::string::npos;
      EXPECT_EQ(asks_distance ? given[0] * given[1] : given[0] * answer,
                asks_distance ? answer : given[1]);
    } else if (Says(problem, "towards", "相向")) {
      ASSERT_EQ(given.size(), 3u);
      EXPECT_EQ((given[0] + given[1]) * answer, given[2]);
    } else {
      // The distance may be smaller than a speed: whichever of the three fits.
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
      EXPECT_NEAR(static_cast<double>(given[0] * given[1]), static_cast<double>(given[2]) * answer,
                  1e-9);
      return;
    }
    ASSERT_EQ(given.size(), 2u);
    const double first = 1.0 / static_cast<double>(given[0]);
    const double second = 1.0 / static_cast<double>(given[1]);
    const bool drains = Says(problem, "empties", "出水管");
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
      const bool asks_total = Says(problem, "total", "本息") || Says(problem, "total", "本利和");
      EXPECT_EQ(answer, asks_total ? principal + interest : interest);
      return;
    }
    ASSERT_EQ(n.size(), 2u);
    if (problem.answer.find('%') != std::string::npos) {
      EXPECT_EQ(n[1] * 100, n[0] * (100 + answer));
      return;
    }
    const bool is_profit = Says(problem, "profit", "利");
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
      EXPECT_EQ(n[0] + answer, n[2] * (n[1] + answer));
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
