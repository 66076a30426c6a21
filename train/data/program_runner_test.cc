#include "train/data/program_runner.h"

#include <gtest/gtest.h>

#include "common/base/clock.h"

namespace lemma::train {
namespace {

const std::vector<TestCase> kTwice = {{{"3"}, "6"}, {{"-4"}, "-8"}};

RunOptions Quick() {
  RunOptions options;
  options.cpu_s = 1;
  options.wall_s = 1.5;
  return options;
}

std::vector<Verdict> Judge(const std::string& code, const std::string& language = "python",
                           const std::vector<TestCase>& tests = kTwice) {
  auto verdicts = RunProgram(code, language, tests, Quick());
  EXPECT_TRUE(verdicts.ok()) << verdicts.status().ToString();
  return verdicts.ok() ? *verdicts : std::vector<Verdict>{};
}

TEST(ProgramRunner, CallsTheLastFunctionOrTheLastMethodOfSolution) {
  EXPECT_TRUE(AllPassed(Judge("def g(x):\n    return 0\n\ndef f(x):\n    return 2 * x\n")));
  EXPECT_TRUE(AllPassed(
      Judge("class Solution:\n    def f(self, x):\n        return 2 * x\n    def _g(self):\n"
            "        pass\n")));
  EXPECT_TRUE(AllPassed(
      Judge("def f(x):\n    return x + x\n\nif __name__ == '__main__':\n    f(input())\n")));
}

TEST(ProgramRunner, ComparesByValue) {
  struct Comparison {
    std::string returned;
    std::string expected;
    bool any_order;
    Outcome outcome;
  };
  const Comparison comparisons[] = {
      {"(1, 2)", "[1, 2]", false, Outcome::kPassed},
      {"[2, 1]", "[1, 2]", false, Outcome::kWrong},
      {"[2, 1]", "[1, 2]", true, Outcome::kPassed},
      {"[2, 2]", "[1, 2]", true, Outcome::kWrong},
      {"1", "true", false, Outcome::kWrong},
      {"True", "true", false, Outcome::kPassed},
      {"0.1 + 0.2", "0.3", false, Outcome::kWrong},
      {"{'a': 1}", "{\"a\": 1}", false, Outcome::kPassed},
      {"None", "0", false, Outcome::kWrong},
      {"'a\"b'", "\"a\\\"b\"", false, Outcome::kPassed},
  };
  std::vector<Job> jobs;
  for (const Comparison& c : comparisons) {
    jobs.push_back(
        {"def f():\n    return " + c.returned, "python", {{{}, c.expected, c.any_order}}});
  }
  const auto verdicts = RunPrograms(jobs, 1);
  ASSERT_TRUE(verdicts.ok()) << verdicts.status().ToString();
  for (size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ((*verdicts)[i][0].outcome, comparisons[i].outcome) << jobs[i].code;
  }
}

TEST(ProgramRunner, TellsWrongFromFailing) {
  const auto verdicts = Judge("def f(x):\n    return 6 if x > 0 else 1 // 0\n");
  EXPECT_EQ(verdicts[0].outcome, Outcome::kPassed);
  EXPECT_EQ(verdicts[1].outcome, Outcome::kError);
  EXPECT_NE(verdicts[1].detail.find("ZeroDivisionError"), std::string::npos);
  EXPECT_EQ(Judge("def f(x):\n    return 6\n")[1].outcome, Outcome::kWrong);
  EXPECT_EQ(Judge("def f(x:\n")[0].outcome, Outcome::kError);
  EXPECT_EQ(Judge("")[0].outcome, Outcome::kError);
  EXPECT_EQ(Judge("x = '\xff\xfe'\ndef f(x):\n    return 2 * x\n")[0].outcome, Outcome::kPassed);
}

// A program that misbehaves gets its verdict in bounded time, and its neighbours theirs.
TEST(ProgramRunner, ContainsLoopsCrashesForksAndFloods) {
  const std::string programs[] = {
      "def f(x):\n    while True: pass\n",
      "def f(x):\n    import time\n    time.sleep(60)\n",
      "def f(x):\n    import os\n    os.abort()\n",
      "def f(x):\n    return f(x)\n",
      "def f(x):\n    return [0] * 10 ** 10\n",
      "def f(x):\n    import os\n    while True: os.fork()\n",
      "def f(x):\n    while True: print('flood' * 1000)\n",
      "def f(x):\n    import os\n    os._exit(0)\n",
      "def f(x):\n    import tempfile\n    tempfile.TemporaryFile().write(b'x' * 10 ** 8)\n",
      "raise SystemExit(0)\n",
  };
  std::vector<Job> jobs;
  for (const std::string& program : programs) {
    jobs.push_back({program, "python", kTwice});
    jobs.push_back({"def f(x):\n    return 2 * x\n", "python", kTwice});
  }
  const TimePoint start = SteadyClock().Now();
  const auto verdicts = RunPrograms(jobs, 2, Quick());
  EXPECT_LT(SteadyClock().Now() - start, std::chrono::seconds(15));
  ASSERT_TRUE(verdicts.ok()) << verdicts.status().ToString();
  for (size_t i = 0; i < jobs.size(); ++i) {
    EXPECT_EQ(AllPassed((*verdicts)[i]), i % 2 == 1) << jobs[i].code;
    ASSERT_EQ((*verdicts)[i].size(), kTwice.size());
  }
  EXPECT_EQ((*verdicts)[0][0].outcome, Outcome::kTimedOut);
  EXPECT_EQ((*verdicts)[2][0].outcome, Outcome::kTimedOut);
  EXPECT_EQ((*verdicts)[4][1].outcome, Outcome::kError);
}

TEST(ProgramRunner, RunsCppWithTheTypesTheFunctionDeclares) {
  EXPECT_TRUE(AllPassed(
      Judge("#include <string>\n#include <vector>\nusing namespace std;\n\n"
            "int helper(int x) { return x; }\n\n"
            "vector<string> rows(const vector<vector<int>>& grid, string mark, bool flag) {\n"
            "    vector<string> out;\n"
            "    for (auto& row : grid) out.push_back(mark + to_string(row.size() + flag));\n"
            "    return out;\n}\n\nint main() {\n    return 0;\n}\n",
            "cpp", {{{"[[1, 2], [], [3]]", "\"n\"", "true"}, "[\"n3\", \"n1\", \"n2\"]"}})));
  const auto broken = Judge("int f(int x) {\n    return y;\n}\n", "cpp");
  EXPECT_EQ(broken[1].outcome, Outcome::kError);
  EXPECT_NE(broken[1].detail.find("compile"), std::string::npos);
}

TEST(ProgramRunner, RunsCppThatIsNamedLikeALibraryFunction) {
  const std::string code =
      "#include <algorithm>\nusing namespace std;\n\nint binary_search(int x) {\n"
      "    return 2 * x;\n}\n";
  EXPECT_TRUE(AllPassed(Judge(code, "cpp")));
}

TEST(ProgramRunner, ContainsCppThatMisbehaves) {
  const auto verdicts = Judge(
      "class Solution {\npublic:\n    int f(int x) {\n        if (x > 0) return 6;\n"
      "        for (volatile int i = 0;; i++) {}\n    }\n};\n",
      "cpp");
  EXPECT_EQ(verdicts[0].outcome, Outcome::kPassed);
  EXPECT_EQ(verdicts[1].outcome, Outcome::kTimedOut);
  EXPECT_EQ(Judge("int f(int x) {\n    return *(int*)nullptr;\n}\n", "cpp")[0].outcome,
            Outcome::kError);
  EXPECT_EQ(Judge("no function here", "cpp")[0].outcome, Outcome::kError);
}

TEST(ProgramRunner, SaysWhatIsMissing) {
  RunOptions options;
  options.python = "no-such-python3";
  options.compilers = {"no-such-g++"};
  for (const std::string language : {"python", "cpp"}) {
    const auto verdicts = RunProgram("def f(x):\nint f(int x) {\n", language, kTwice, options);
    ASSERT_FALSE(verdicts.ok());
    EXPECT_EQ(verdicts.status().code(), StatusCode::kNotFound);
    EXPECT_NE(verdicts.status().message().find("no-such"), std::string::npos);
  }
  const auto unknown = RunProgram("", "cobol", kTwice);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.status().field(), "language");
}

TEST(LastFencedBlock, IsTheLastOneAlsoWhenUnfinished) {
  EXPECT_EQ(LastFencedBlock("a\n```python\nx\n```\nb\n```\ny\nz\n```\n"), "y\nz\n");
  EXPECT_EQ(LastFencedBlock("```python\nx = 1"), "x = 1\n");
  EXPECT_EQ(LastFencedBlock("no code"), "");
}

}  // namespace
}  // namespace lemma::train
