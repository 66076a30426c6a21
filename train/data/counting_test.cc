// The answers of the counting and probability families by enumeration.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <initializer_list>
#include <regex>
#include <string>
#include <vector>

#include "train/data/steps.h"
#include "train/data/test_problems.h"

namespace lemma::train {
namespace {

bool Has(const Problem& problem, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) {
    return problem.question.find(word) != std::string::npos;
  });
}

struct Colour {
  int64_t count = 0;      // "3 red", "3 of them are red", "red: 3"
  bool is_asked = false;  // it is named once more
};

Colour ColourIn(const Problem& problem, const std::string& english, const std::string& chinese) {
  const bool is_english = problem.language == Language::kEnglish;
  const std::string& name = is_english ? english : chinese;
  const std::string& question = problem.question;
  const std::regex before((is_english ? R"((\d+)(?: [a-z]+){0,5} )" : R"((\d+) (?:个|张|颗|支))") +
                          name);
  const std::regex after(name + (is_english ? R"( (\d+))" : R"((?:球|珠|袜)(?:有)? (\d+))"));
  std::smatch match;
  EXPECT_TRUE(std::regex_search(question, match, before) ||
              std::regex_search(question, match, after))
      << name;
  return {match.empty() ? 0 : std::stoll(match[1]), question.find(name) != question.rfind(name)};
}

TEST(CountingTest, ProbabilitiesAgreeWithEnumeration) {
  ForEachProblem("simple-probability", [](const Problem& problem) {
    std::vector<int64_t> n = IntegersIn(problem.question);
    std::sort(n.begin(), n.end());
    int64_t favourable = 0, possible = 0;
    if (Has(problem, {"dice", "骰子"})) {
      const bool at_most =
          Has(problem, {"at most", "no more than", "or less", "不超过", "不大于", "最多"});
      const bool at_least =
          Has(problem, {"at least", "no less than", "or more", "至少", "不小于", "大于或等于"});
      const bool less =
          !at_most && !at_least &&
          Has(problem, {"less than", "below", "smaller than", "小于", "低于", "不到"});
      const bool greater = !at_most && !at_least &&
                           Has(problem, {"greater than", "more than", "above", "larger than",
                                         "大于", "超过", "多于"});
      for (int64_t a = 1; a <= 6; ++a) {
        for (int64_t b = 1; b <= 6; ++b) {
          ++possible;
          const int64_t sum = a + b;
          favourable += at_most    ? sum <= n[0]
                        : at_least ? sum >= n[0]
                        : less     ? sum < n[0]
                        : greater  ? sum > n[0]
                                   : sum == n[0];
        }
      }
    } else if (Has(problem, {"coin", "硬币"})) {
      ASSERT_EQ(n.size(), 2u);  // the heads, then the coins
      for (; possible < int64_t{1} << n[1]; ++possible) {
        favourable += std::popcount(static_cast<uint64_t>(possible)) == n[0];
      }
    } else if (Has(problem, {"ultiple", "divi", "倍数", "整除"})) {
      ASSERT_GE(n.size(), 3u);  // 1, the divisor, then the last number
      for (; possible < n.back(); ++possible) favourable += (possible + 1) % n[1] == 0;
    } else if (n.size() == 3) {
      constexpr std::array<std::pair<const char*, const char*>, 6> kColours = {{{"red", "红"},
                                                                                {"blue", "蓝"},
                                                                                {"green", "绿"},
                                                                                {"white", "白"},
                                                                                {"black", "黑"},
                                                                                {"yellow", "黄"}}};
      int n_colours = 0, n_asked = 0;
      for (const auto& [english, chinese] : kColours) {
        if (!Has(problem, {english, chinese})) continue;
        const Colour colour = ColourIn(problem, english, chinese);
        ++n_colours;
        n_asked += colour.is_asked;
        possible += colour.count;
        if (colour.is_asked) favourable = colour.count;
      }
      EXPECT_EQ(n_colours, 3);
      EXPECT_EQ(n_asked, 1);
    } else {
      ASSERT_EQ(n.size(), 2u);
      const Colour red_ones = ColourIn(problem, "red", "红");
      const Colour blue_ones = ColourIn(problem, "blue", "蓝");
      EXPECT_TRUE(red_ones.is_asked && !blue_ones.is_asked);
      const int64_t red = red_ones.count, all = red + blue_ones.count;
      for (int64_t i = 0; i < all; ++i) {
        for (int64_t j = 0; j < all; ++j) {
          possible += i != j;
          favourable += i != j && i < red && j < red;
        }
      }
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

// Whether each number in a question counts women: it belongs to the group named right after it
// ("3 men") or after the next number ("3 of 8 men"), or else to the one before ("of 8 men, 3").
std::vector<bool> CountsWomen(const std::string& question) {
  static const std::regex token(
      R"(\d+|\b(?:women|girls|men|boys|of|from|and)\b|女|男|[,.;?:]|，|。|；|？|：|和)");
  std::vector<std::string> tokens;
  for (std::sregex_iterator it(question.begin(), question.end(), token), end; it != end; ++it) {
    tokens.push_back(it->str());
  }
  const auto is_any = [](const std::string& text, std::initializer_list<const char*> words) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
  };
  const auto is_women = [&](const std::string& text) {
    return is_any(text, {"women", "girls", "女"});
  };
  const auto is_group = [&](const std::string& text) {
    return is_women(text) || is_any(text, {"men", "boys", "男"});
  };
  std::vector<bool> women;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (std::isdigit(static_cast<unsigned char>(tokens[i][0])) == 0) continue;
    const bool looks_ahead =
        i + 1 < tokens.size() && (is_group(tokens[i + 1]) || is_any(tokens[i + 1], {"of", "from"}));
    size_t group = i;
    while (group < tokens.size() && !is_group(tokens[group])) {
      group = looks_ahead ? group + 1 : group - 1;
    }
    EXPECT_LT(group, tokens.size()) << "no group for " << tokens[i];
    women.push_back(group < tokens.size() && is_women(tokens[group]));
  }
  return women;
}

TEST(CountingTest, ArrangementsAgreeWithEnumeration) {
  ForEachProblem("permutations-combinations", [](const Problem& problem) {
    const std::vector<int64_t> n = IntegersIn(problem.question);
    int64_t expected = 0;
    if (n.size() == 4) {
      const std::vector<bool> counts_women = CountsWomen(problem.question);
      std::array<std::vector<int64_t>, 2> groups;
      for (size_t i = 0; i < n.size(); ++i) groups[counts_women[i] ? 1 : 0].push_back(n[i]);
      expected = 1;
      for (const std::vector<int64_t>& group : groups) {
        ASSERT_EQ(group.size(), 2u);
        expected *=
            CountSelections(std::max(group[0], group[1]), std::min(group[0], group[1]), false);
      }
    } else {
      ASSERT_EQ(n.size(), 2u);
      const bool ordered =
          Has(problem, {"row", "P(", "medals", "arrange", "arrangements", "permutations", "order",
                        "offices", "排", "A(", "奖牌", "顺序", "职务", "名次"}) &&
          !Has(problem, {"order does not matter", "不计顺序"});
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
      static const std::regex places(
          R"((\d+) (?:wheels|questions|characters|places|flags|lamps|tiles|fences|doors|boxes))"
          R"(|length:? (\d+)|(\d+) (?:个转轮|道题|位|面|个盒子|个格子|个球)|长度为 (\d+))");
      std::smatch match;
      ASSERT_TRUE(std::regex_search(problem.question, match, places));
      const std::vector<int64_t> length = IntegersIn(match.str());
      ASSERT_EQ(length.size(), 1u);
      const int64_t symbols = n[0] + n[1] - length[0];
      expected = 1;
      for (int64_t i = 0; i < length[0]; ++i) expected *= symbols;
    }
    EXPECT_EQ(problem.answer, std::to_string(expected));
  });
}

}  // namespace
}  // namespace lemma::train
