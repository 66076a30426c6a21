// Property: a test file is read as docs/judge.md says, its errors name the field, and outputs are
// compared by its rules.
#include "service/reason/judge/judge_tests.h"

#include <gtest/gtest.h>

#include "common/base/json.h"

namespace lemma::reason {
namespace {

TEST(JudgeTestsTest, ReadsRunsAndCalls) {
  const auto runs = ParseJudgeTests(
      R"({"time_ms": 500, "memory_mb": 64, "compare": "tokens",
          "tests": [{"input": "1", "output": "2"}, {"name": "large", "output": ""}]})");
  ASSERT_TRUE(runs.ok()) << runs.status().ToString();
  EXPECT_EQ(runs->limits.cpu_ms, 500);
  EXPECT_EQ(runs->limits.wall_ms, 4500);
  EXPECT_EQ(runs->limits.memory_bytes, 64u << 20);
  EXPECT_EQ(runs->comparison.how, OutputComparison::kTokens);
  ASSERT_EQ(runs->tests.size(), 2u);
  EXPECT_EQ(runs->tests[0].name, "1");
  EXPECT_EQ(runs->tests[0].input, "1");
  EXPECT_EQ(runs->tests[0].output, "2");
  EXPECT_EQ(runs->tests[1].name, "large");
  const auto calls =
      ParseJudgeTests(R"({"function": "f", "tests": [{"args": [[1, 2], "x"], "result": null}]})");
  ASSERT_TRUE(calls.ok()) << calls.status().ToString();
  EXPECT_EQ(calls->tests[0].input, R"([[1,2],"x"])");
  EXPECT_TRUE(calls->tests[0].result.is_null());
}

TEST(JudgeTestsTest, ErrorsNameTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "tests"},
      {R"({"tests": []})", "tests"},
      {R"({"tests": [5]})", "tests[0]"},
      {R"({"tests": [{"output": "1"}, {"input": "2"}]})", "tests[1].output"},
      {R"({"tests": [{"output": 1}]})", "tests[0].output"},
      {R"({"tests": [{"input": 1, "output": "1"}]})", "tests[0].input"},
      {R"({"tests": [{"output": "1", "ouput": "1"}]})", "tests[0].ouput"},
      {R"({"tests": [{"args": [1], "result": 1}]})", "tests[0].args"},
      {R"({"function": "f", "tests": [{"args": 1, "result": 1}]})", "tests[0].args"},
      {R"({"function": "f", "tests": [{"args": [1]}]})", "tests[0].result"},
      {R"({"function": "f", "tests": [{"args": [1], "result": [18446744073709551616]}]})",
       "tests[0].result"},
      {R"({"function": "f", "tests": [{"args": [{"a": -9223372036854775809}], "result": 1}]})",
       "tests[0].args"},
      {R"({"function": "f", "tests": [{"input": "", "output": ""}]})", "tests[0].input"},
      {R"({"function": "a b", "tests": []})", "function"},
      {R"({"function": "", "tests": []})", "function"},
      {R"({"compare": "fuzzy", "tests": []})", "compare"},
      {R"({"compare": "exact", "float_tolerance": 0.1, "tests": []})", "float_tolerance"},
      {R"({"float_tolerance": -1, "tests": []})", "float_tolerance"},
      {R"({"time_ms": 0, "tests": []})", "time_ms"},
      {R"({"memory_mb": 1, "tests": []})", "memory_mb"},
      {R"({"time": 1, "tests": []})", "time"},
  };
  for (const auto& [text, field] : cases) {
    const auto tests = ParseJudgeTests(text);
    ASSERT_FALSE(tests.ok()) << text;
    EXPECT_EQ(tests.status().field(), field) << text << ": " << tests.status().message();
  }
  EXPECT_FALSE(ParseJudgeTests("not JSON").ok());
}

TEST(OutputComparisonTest, FollowsTheRules) {
  struct Case {
    const char* expected;
    const char* actual;
    ComparisonRules rules;
    bool same;
  };
  constexpr ComparisonRules kLines{};
  constexpr ComparisonRules kTokens{.how = OutputComparison::kTokens};
  constexpr ComparisonRules kExact{.how = OutputComparison::kExact};
  constexpr ComparisonRules kNear{.float_tolerance = 1e-6};
  const Case cases[] = {
      {"1\n2\n", "1 \n2\r\n\n", kLines, true},
      {"1\n2\n", "1\n2", kLines, true},
      {"1\n2", "1 2", kLines, false},
      {"a  b", "a b", kLines, false},
      {" a", "a", kLines, false},
      {"a\n\nb", "a\nb", kLines, false},
      {"1", "1\n2", kLines, false},
      {"", "\n\n", kLines, true},
      {"1.0", "1", kLines, false},
      {"1\n2", " 1 2 ", kTokens, true},
      {"1 2", "1 2 3", kTokens, false},
      {"1 2 3", "1 2", kTokens, false},
      {"1\n", "1\n", kExact, true},
      {"1\n", "1", kExact, false},
      {"0.3333333", "0.33333331", kNear, true},
      {"1000000000", "1000000001", kNear, true},
      {"0.5", "0.50001", kNear, false},
      {"x 1.0", "x 1", kNear, true},
      {"x", "y", kNear, false},
      {"1", "nan", kNear, false},
      {"1", "inf", kNear, false},
      {"1", "1e400", kNear, false},
      {"nan", "nan", kNear, true},
      {"-0.0", "0", kNear, true},
      {"1", "1x", kNear, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(!OutputDifference(c.expected, c.actual, c.rules).has_value(), c.same)
        << c.expected << " | " << c.actual;
  }
  EXPECT_EQ(OutputDifference("1\n2\n", "1\n3\n", kLines), R"(line 2: expected "2", got "3")");
}

TEST(OutputComparisonTest, ComparesResultsAsValues) {
  const auto same = [](const char* expected, const char* actual, double tolerance) {
    return !ResultDifference(ParseJson(expected, "").value(), ParseJson(actual, "").value(),
                             tolerance);
  };
  EXPECT_TRUE(same("[1, 2]", "[1.0, 2]", 0));
  EXPECT_FALSE(same("[1, 2]", "[2, 1]", 0));
  EXPECT_FALSE(same("[1, 2]", "[1, 2, 3]", 0));
  EXPECT_FALSE(same("1", "true", 0));
  EXPECT_FALSE(same("1", "\"1\"", 0));
  EXPECT_FALSE(same("null", "0", 0));
  EXPECT_TRUE(same(R"({"a": [1], "b": 2})", R"({"b": 2, "a": [1]})", 0));
  EXPECT_FALSE(same(R"({"a": 1})", R"({"b": 1})", 0));
  EXPECT_FALSE(same("0.1", "0.10000001", 0));
  EXPECT_TRUE(same("[[0.1]]", "[[0.10000001]]", 1e-6));
  EXPECT_FALSE(same("9007199254740993", "9007199254740992", 0));  // not as doubles
}

}  // namespace
}  // namespace lemma::reason
