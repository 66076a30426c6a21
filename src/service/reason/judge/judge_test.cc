// Property: honest programs get the verdict they deserve, in both languages and both kinds of test,
// for root and for an ordinary user; and a host without a sandbox runs nothing.
#include "service/reason/judge/judge.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "service/reason/judge/test_host.h"

namespace lemma::reason {
namespace {

constexpr const char* kSumPython = "a, b = map(int, input().split())\nprint(a + b)\n";
constexpr const char* kSumCpp =
    "#include <stdio.h>\nint main() { int a, b; scanf(\"%d%d\", &a, &b); printf(\"%d\\n\", a + b); "
    "}";
constexpr const char* kSumTests =
    R"({"time_ms": 20000, "wall_ms": 100000,
        "tests": [{"input": "1 2\n", "output": "3\n"}, {"input": "2 2\n", "output": "5\n"}]})";

JudgeReport RunOn(const Judge& judge, ProgramLanguage language, const std::string& source,
                  const std::string& tests) {
  const auto parsed = ParseJudgeTests(tests);
  EXPECT_TRUE(parsed.ok()) << parsed.status().ToString();
  auto report = judge.Run({language, source}, parsed.value());
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return std::move(report).value();
}

TEST(JudgeTest, JudgesEachTestOfARun) {
  const auto judge = Judge::Create({.sandbox = {}, .compile_limits = {}, .n_parallel = 2});
  LEMMA_SKIP_WITHOUT(judge);
  for (const auto& [language, source] :
       {std::pair{ProgramLanguage::kPython, kSumPython}, {ProgramLanguage::kCpp, kSumCpp}}) {
    const JudgeReport report = RunOn(*judge, language, source, kSumTests);
    ASSERT_EQ(report.tests.size(), 2u);
    EXPECT_EQ(report.tests[0].verdict, Verdict::kAccepted)
        << report.tests[0].message << report.tests[0].errors << report.compiler_message;
    EXPECT_EQ(report.tests[1].verdict, Verdict::kWrongAnswer);
    EXPECT_EQ(report.tests[1].message, R"(line 1: expected "5", got "4")");
    EXPECT_EQ(report.tests[1].output, "4\n");
    EXPECT_EQ(report.verdict, Verdict::kWrongAnswer);
    EXPECT_EQ(report.n_accepted, 1);
  }
}

struct CallCase {
  ProgramLanguage language;
  const char* source;
  const char* test;
  Verdict verdict;
};

TEST(JudgeTest, CallsFunctions) {
  const auto judge = Judge::Create({});
  LEMMA_SKIP_WITHOUT(judge);
  constexpr auto kPython = ProgramLanguage::kPython;
  constexpr auto kCpp = ProgramLanguage::kCpp;
  const CallCase cases[] = {
      {kPython, "def f(a, b):\n    print('noise')\n    return [a + b]\n",
       R"({"args": [1, 2], "result": [3]})", Verdict::kAccepted},
      {kPython, "class Solution:\n    def f(self, a: List[int]) -> int:\n        return sum(a)\n",
       R"({"args": [[1, 2]], "result": 3})", Verdict::kAccepted},
      {kPython, "def f(a):\n    return (a, {1: 'x'})\n",
       R"({"args": [1], "result": [1, {"1": "x"}]})", Verdict::kAccepted},
      {kPython, "def f(a):\n    return float('nan')\n", R"({"args": [1], "result": 1})",
       Verdict::kRuntimeError},
      {kPython, "def g(a):\n    return 1\n", R"({"args": [1], "result": 1})",
       Verdict::kRuntimeError},
      // What a program writes in the place of its result is its result, and nothing more.
      {kPython, "import os\nos.write(1, b'3')\ndef f(a):\n    os._exit(0)\n",
       R"({"args": [1], "result": 3})", Verdict::kWrongAnswer},
      {kCpp,
       "class Solution {\n public:\n  vector<string> f(vector<vector<int>>& a, string s, double d) "
       "{\n    cout << \"noise\";\n    return {to_string(a[1][0]), s, d == 0.5 ? \"\\\"\" : "
       "\"\"};\n"
       "  }\n};\nint main() {}\n",
       R"({"args": [[[1], [2, 3], []], "a\n\"b\"", 0.5], "result": ["2", "a\n\"b\"", "\""]})",
       Verdict::kAccepted},
      {kCpp, "bool f(long long a, char c) { return a == 5000000000 && c == 'x'; }",
       R"({"args": [5000000000, "x"], "result": true})", Verdict::kAccepted},
      {kCpp, "int g(int a) { return a; }", R"({"args": [1], "result": 1})", Verdict::kCompileError},
  };
  for (const CallCase& c : cases) {
    const JudgeReport report =
        RunOn(*judge, c.language, c.source,
              std::string(R"({"function": "f", "time_ms": 20000, "wall_ms": 100000, "tests": [)") +
                  c.test + "]}");
    EXPECT_STREQ(VerdictName(report.verdict), VerdictName(c.verdict))
        << c.source << report.tests[0].message << report.tests[0].errors << report.compiler_message;
  }
}

// The one ends while it sleeps, the other while it is compiled.
TEST(JudgeTest, EndsSoonWhereNobodyWaits) {
  const auto judge = Judge::Create({.sandbox = {}, .compile_limits = {}, .n_parallel = 2});
  LEMMA_SKIP_WITHOUT(judge);
  const auto tests = ParseJudgeTests(
      R"({"time_ms": 60000, "wall_ms": 60000, "tests": [{"output": ""}, {"output": ""}, {"output": ""}]})");
  const std::pair<ProgramLanguage, std::string> endless[] = {
      {ProgramLanguage::kPython, "import time\ntime.sleep(60)\n"},
      {ProgramLanguage::kCpp, "#include <bits/stdc++.h>\nint main() { for (;;) {} }\n"}};
  for (const auto& [language, source] : endless) {
    const auto begun = std::chrono::steady_clock::now();
    const auto report = judge->Run({language, source}, *tests, [&] {
      return std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(200);
    });
    EXPECT_EQ(report.status().code(), StatusCode::kCancelled) << source;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20)) << source;
  }
}

TEST(JudgeTest, LeavesTheOtherTestsOfAProgramThatHasFailedWhereThatIsEnough) {
  const auto judge = Judge::Create({});
  LEMMA_SKIP_WITHOUT(judge);
  const auto tests = ParseJudgeTests(
      R"({"tests": [{"output": "1"}, {"output": "2"}, {"output": "1"}, {"output": "2"}]})");
  const auto run = [&](bool is_enough) {
    auto report =
        judge->Run({ProgramLanguage::kPython, "print(1)\n"}, *tests, {}, [=] { return is_enough; });
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_EQ(report->verdict, Verdict::kWrongAnswer);
    return std::move(report).value();
  };
  const JudgeReport all = run(false);
  EXPECT_EQ(all.n_accepted, 2);
  EXPECT_EQ(all.tests[3].verdict, Verdict::kWrongAnswer);

  const JudgeReport some = run(true);
  ASSERT_EQ(some.tests.size(), 4u);
  EXPECT_EQ(some.n_accepted, 1) << "the first ran though it was said to be enough all along";
  EXPECT_EQ(some.tests[1].verdict, Verdict::kWrongAnswer);
  EXPECT_EQ(some.tests[2].verdict, Verdict::kSkipped);
  EXPECT_EQ(some.tests[3].verdict, Verdict::kSkipped);
  EXPECT_EQ(some.tests[3].name, all.tests[3].name);
  EXPECT_STREQ(VerdictName(some.tests[3].verdict), "skipped");
}

TEST(JudgeTest, RunsNothingWhereTheHostLacksTheSandbox) {
  const auto absent = Judge::Create({.sandbox = {.bubblewrap = "/nonexistent/bwrap"}});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(absent.status().message().find("install the package bubblewrap"), std::string::npos);
  // One that does not isolate is found out: it never becomes the box's first process.
  const auto broken = Judge::Create({.sandbox = {.bubblewrap = "/usr/bin/false"}});
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(broken.status().message().find("user namespaces"), std::string::npos);
}

TEST(JudgeTest, WorksForAnOrdinaryUser) {
  if (geteuid() != 0) GTEST_SKIP() << "the other tests run as an ordinary user already";
  LEMMA_SKIP_WITHOUT(Judge::Create({}));
  const pid_t child = fork();
  if (child == 0) {
    if (setresgid(12345, 12345, 12345) != 0 || setresuid(12345, 12345, 12345) != 0) _exit(2);
    const auto judge = Judge::Create({});
    if (!judge.ok()) _exit(3);
    const auto report =
        judge->Run({ProgramLanguage::kPython, kSumPython}, ParseJudgeTests(kSumTests).value());
    _exit(report.ok() && report->n_accepted == 1 ? 0 : 4);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lemma::reason
