// Property: a reply becomes the outcome that its end and its answer say, and a loop is told from a
// long thought.
#include "service/eval/grader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "service/eval/repeated_tail.h"

namespace lemma::eval {
namespace {

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

Problem OneHalf() {
  Problem problem;
  problem.id = "half";
  problem.gold = "\\frac{1}{2}";
  return problem;
}

TEST(Grader, AnswersBecomeOutcomes) {
  const std::string loop = Repeated("wait, but we have seen this already. ", 30);
  const struct {
    Reply reply;
    Outcome outcome;
  } cases[] = {
      {{.text = "so \\boxed{0.5}"}, Outcome::kRight},
      {{.text = "so \\boxed{0.5}, and", .is_cut = true}, Outcome::kRight},
      {{.text = "so \\boxed{2}"}, Outcome::kWrong},
      {{.text = "so \\boxed{2}", .is_cut = true}, Outcome::kTruncated},
      {{.text = "no idea"}, Outcome::kNoAnswer},
      {{.text = ""}, Outcome::kNoAnswer},
      // Of what ended by itself the last number is the answer; of what was cut it is none.
      {{.text = "it is 0.5"}, Outcome::kRight},
      {{.text = "then x + 0.5", .is_cut = true}, Outcome::kTruncated},
      {{.text = "", .reasoning = "hm", .is_cut = true}, Outcome::kTruncated},
      {{.text = loop, .is_cut = true}, Outcome::kLooped},
      {{.text = "", .reasoning = loop, .is_cut = true}, Outcome::kLooped},
      {{.text = "\\boxed{2}", .is_stopped = true, .has_looped = true}, Outcome::kLooped},
      {{.text = loop + "\\boxed{1/2}"}, Outcome::kRight},
      {{.text = "the vote was", .answer = "1/2"}, Outcome::kRight},
  };
  const Grader grader(nullptr);
  for (const auto& [reply, outcome] : cases) {
    const auto result = grader.Grade(OneHalf(), reply);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->outcome, outcome) << reply.text << OutcomeName(result->outcome);
    EXPECT_EQ(result->is_cut, reply.is_cut);
  }
}

TEST(Grader, ProgramsAreRunAgainstAllTests) {
  const auto judge = reason::Judge::Create({});
  if (!judge.ok()) GTEST_SKIP() << judge.status().message();
  Problem problem;
  problem.id = "next";
  problem.tests = *reason::ParseJudgeTests(
      R"({"tests": [{"input": "1", "output": "2"}, {"input": "4", "output": "5"}]})");
  const Grader grader(&*judge);
  const auto outcome = [&](const std::string& program, bool is_cut = false) {
    return *grader.Grade(problem, {.text = "```python\n" + program + "\n```", .is_cut = is_cut});
  };
  EXPECT_EQ(outcome("print(int(input()) + 1)").outcome, Outcome::kRight);
  const SampleResult wrong = outcome("print(2)");
  EXPECT_EQ(wrong.outcome, Outcome::kWrong);
  EXPECT_EQ(wrong.detail, "wrong_answer, 1 of 2 tests");
  EXPECT_EQ(outcome("print(", /*is_cut=*/true).outcome, Outcome::kTruncated);
  EXPECT_EQ(grader.Grade(problem, {.text = "I cannot."})->outcome, Outcome::kNoAnswer);
}

bool HasRepeatedTailByHand(std::string_view text) {
  for (size_t period = 1; period * kLoopCopiesMin <= text.size(); ++period) {
    size_t covered = period;
    while (covered < text.size() &&
           text[text.size() - 1 - covered] == text[text.size() - 1 - covered + period]) {
      ++covered;
    }
    if (covered >= kLoopBytesMin && covered >= kLoopCopiesMin * period) return true;
  }
  return false;
}

TEST(RepeatedTail, AgreesWithTryingEveryPeriod) {
  std::mt19937 random(3);
  int n_loops = 0;
  for (int round = 0; round < 400; ++round) {
    const auto letters = [&](size_t n) {
      std::string some;
      for (size_t i = 0; i < n; ++i) some += static_cast<char>('a' + random() % 2);
      return some;
    };
    const std::string block = letters(1 + random() % 120);
    const std::string text = letters(random() % 300) +
                             Repeated(block, static_cast<int>(random() % 5)) +
                             block.substr(0, random() % block.size());
    EXPECT_EQ(HasRepeatedTail(text), HasRepeatedTailByHand(text)) << text;
    n_loops += HasRepeatedTail(text);
  }
  EXPECT_GT(n_loops, 20);
  EXPECT_LT(n_loops, 380);
}

TEST(RepeatedTail, EndsAtTheBytesThatItLooksAt) {
  EXPECT_TRUE(HasRepeatedTail(std::string(1 << 20, 'a')));
  EXPECT_FALSE(HasRepeatedTail(std::string(kLoopBytesMin - 1, 'a')));
  EXPECT_FALSE(HasRepeatedTail(""));
  EXPECT_FALSE(HasRepeatedTail(std::string(500, 'a') + "b"));
}

}  // namespace
}  // namespace lemma::eval
