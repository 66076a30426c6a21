#include "service/reason/answer_extractor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace lemma::reason {
namespace {

struct Reply {
  const char* text;
  const char* answer;  // nullptr: none
};

void ExpectAnswers(std::initializer_list<Reply> replies, ExtractionRule rule) {
  for (const auto& [text, answer] : replies) {
    const auto extracted = ExtractAnswer(text);
    ASSERT_TRUE(extracted.has_value()) << text;
    EXPECT_EQ(extracted->text, answer) << text;
    EXPECT_STREQ(ExtractionRuleName(extracted->rule), ExtractionRuleName(rule)) << text;
  }
}

TEST(AnswerExtractorTest, TheLastCompleteBoxWins) {
  ExpectAnswers(
      {
          {"So \\boxed{5}.", "5"},
          {"First \\boxed{5}, no: \\boxed{6}.", "6"},
          {"\\boxed{\\frac{1}{\\sqrt{2}}}", "\\frac{1}{\\sqrt{2}}"},
          {"\\boxed {7}", "7"},
          {"$\\boxed 7$", "7"},
          {"$\\boxed7$.", "7"},
          {"\\boxed 3.5 is it", "3.5"},
          {"\\fbox{8}", "8"},
          {"\\boxed{\\boxed{9}}", "9"},
          {"\\boxed{\\{1,2\\}}", "\\{1,2\\}"},
          {"答案是 \\boxed{12}。", "12"},
          {"\\boxed{28}\\%", "28\\%"},
          {"$\\boxed{90}^\\circ$", "90^\\circ"},
          {"\\boxed{6} and \\boxed{8}", "6, 8"},
          {"$\\boxed{6}$ 或 $\\boxed{8}$", "6, 8"},
          {"\\boxed{6}\uFF0C\\boxed{8}", "6, 8"},
          {"\\boxed{6}\uFF1B\\boxed{8}", "6, 8"},
          {"$\\boxed{6}$, $\\boxed{8}$, $\\boxed{9}$", "6, 8, 9"},
          {"x: \\boxed{6}\ny: \\boxed{8}", "8"},
          {"put it in \\boxed{}. It is \\boxed{4}, in \\boxed{}", "4"},
          {"a stray { and \\boxed{4}", "4"},
          {"a stray } and \\boxed{4}", "4"},
          {"\\boxed{C}", "C"},
          {"<think>maybe \\boxed{1}</think> It is \\boxed{2}", "2"},
          {"<think>so \\boxed{1}</think>\n", "1"},
          {"<think>so \\boxed{1} but", "1"},
      },
      ExtractionRule::kBoxed);
}

TEST(AnswerExtractorTest, ABoxThatIsCutOffIsNone) {
  ExpectAnswers({{"\\boxed{5} ... so \\boxed{12", "5"}, {"\\boxed{5} and \\boxed", "5"}},
                ExtractionRule::kBoxed);
  ExpectAnswers({{"The answer is 7, so \\boxed{7", "7"}}, ExtractionRule::kStated);
  for (const char* cut :
       {"\\boxed{x", "\\boxed{12", "2+3=5, so \\boxed{\\frac{1}{2", "(A) \\boxed{5"}) {
    EXPECT_FALSE(ExtractAnswer(cut).has_value()) << cut;
  }
}

TEST(AnswerExtractorTest, StatedAnswers) {
  ExpectAnswers(
      {
          {"The answer is 5.", "5"},
          {"Thus, the final answer is $\\frac{1}{2}$.", "\\frac{1}{2}"},
          {"The answer is \\(x=3\\).", "x=3"},
          {"**Answer:** 42", "42"},
          {"Answer: **42**", "42"},
          {"Final Answer:\n$$17$$", "17"},
          {"The answer is 5. Let me check. Yes, the answer is 6.", "6"},
          {"the answer is 3.5", "3.5"},
          {"The answer is 6 and 8.", "6 and 8"},
          {"The answer is $6$ and $8$.", "$6$ and $8$"},
          {"The answer is 5, because 2+3=5.", "5"},
          {"The answer is not 5.\nThe answer is 6.\nThe answer is not 7.", "6"},
          {"The answer is Evelyn.", "Evelyn"},
          {"The answer is (C).", "(C)"},
          {"答案是 12。", "12"},
          {"答案为:12", "12"},
          {"所以最终答案是$3\\sqrt{2}$。", "3\\sqrt{2}"},
          {"答案:选C", "选C"},
          {"答案是 5,因为 2+3=5。", "5"},
          {"因此 x = 7。", "7"},
          {"所以 x = 2 + 3 = 5", "5"},
          {"Therefore $x = \\frac{3}{4}$.", "\\frac{3}{4}"},
          {"Hence, n = 12.", "12"},
          {"So we have \\(a = 3\\).", "3"},
          {"答案为\uFF1A5", "5"},
          {"答案是\uFF1A5", "5"},
          {"答案\uFF1A5\u3002", "5"},
          {"答案为\uFF1A\n$5$", "5"},
          {"答案是 5\uFF0C因为 2+3=5\u3002", "5"},
      },
      ExtractionRule::kStated);
}

TEST(AnswerExtractorTest, WordsAroundAStatedAnswer) {
  ExpectAnswers(
      {
          {"The answer is indeed 5.", "5"},
          {"The answer is therefore $5$.", "5"},
          {"The answer is, clearly, 5.", "5"},
          {"The answer is approximately 5.", "5"},
          {"The answer is equal to 5.", "5"},
          {"The answer is 5 as required.", "5"},
          {"The answer is 5 (since 2+3=5).", "5"},
          {"The answer is 5, and this completes the proof.", "5"},
          {"The answer is $x^2+1$ for all real $x$.", "x^2+1"},
          {"The answer is $3$, obtained by adding $1$ and $2$.", "3"},
          {"The answer is $3$, the sum of all.", "3"},
          {"The answer is $6$, or $8$.", "$6$, or $8$"},
          {"The answer is $15$ m per second.", "$15$ m per second"},
          {"The answer is 5. I said the answer is ((what.", "5"},
          {"The answer is ((what.", "((what"},
          {"The answer is justice.", "justice"},
          {"The answer is 10 (not 12).", "10"},
      },
      ExtractionRule::kStated);
}

TEST(AnswerExtractorTest, APointBeforeADigitIsTheNumbers) {
  ExpectAnswers(
      {
          {"So the answer is .5", ".5"},
          {"The answer is $.5$.", ".5"},
          {"Answer: **.5**", ".5"},
          {"The answer is -.5.", "-.5"},
          {"Hence x = .5", ".5"},
          {"Hence $x = .5$.", ".5"},
          {"The answer is ...5", "5"},
      },
      ExtractionRule::kStated);
  ExpectAnswers({{"$\\boxed .5$", ".5"}, {"\\boxed{.5}.", ".5"}}, ExtractionRule::kBoxed);
}

TEST(AnswerExtractorTest, LettersThenNumbers) {
  ExpectAnswers({{"It must be (B), not (C)... no, (B)", "B"},
                 {"I choose\nD", "D"},
                 {"D.", "D"},
                 {"我认为\n选C", "C"},
                 {"比较(A)和(D)", "D"},
                 {"故选C\u3002", "C"},
                 {"故选\uFF1AC", "C"},
                 {"故选\uFF08C\uFF09", "C"},
                 {"因此\uFF0C选 C\u3002", "C"},
                 {"正确选项为C", "C"},
                 {"选项 A 错误\uFF0C故选 (C)", "C"},
                 {"The correct option is C.", "C"},
                 {"the choice is **(B)**, as 5 > 3", "B"},
                 {"It must be (B) since 5 > 3.", "B"},
                 {"选 I", "I"}},
                ExtractionRule::kChoice);
  ExpectAnswers({{"2 + 3 gives 5", "5"},
                 {"about 1,234.5 in all", "1,234.5"},
                 {"we find -7", "-7"},
                 {"it is 3/4", "3/4"},
                 {"we find \\frac{3}{4}", "\\frac{3}{4}"},
                 {"一共 25 个", "25"},
                 {"x2 and 17 of them, y_3", "17"},
                 {"8-3", "3"},
                 {"By (A) the total is 42.", "42"},
                 {"It is $2\\sqrt{3}$", "2\\sqrt{3}"},
                 {"It is \\(2\\sqrt{3}\\).", "2\\sqrt{3}"},
                 {"from $x$ to $y$ there are 7", "7"},
                 {"it costs $5, then $6", "6"},
                 {"I\n17", "17"},
                 {"The ratio is 3:2.", "3:2"},
                 {"they are as 1:2.5:3", "1:2.5:3"},
                 {"it begins at 12:30.", "12:30"},
                 {"sum: 5", "5"},
                 {"The point is (1, 2).", "(1, 2)"},
                 {"It is at (-1/2, 0.5, 3)", "(-1/2, 0.5, 3)"},
                 {"we have f(1, 2)", "2"},
                 {"there are few (17)", "17"},
                 {"1.5e3 of them", "1.5e3"}},
                ExtractionRule::kLastNumber);
}

TEST(AnswerExtractorTest, NothingToFind) {
  for (const char* text :
       {"", " ", "I do not know", "\\boxed{}", "<think>", "</think>", "不知道", "I",
        "I\ndo not know", "It is 2\\sqrt{3}", "It is 2\\sqrt3", "It is x^2", "\\sqrt{2}/2"}) {
    EXPECT_FALSE(ExtractAnswer(text).has_value()) << text;
  }
}

TEST(AnswerExtractorTest, LongAndBrokenRepliesAreQuick) {
  const auto repeat = [](const std::string& piece, size_t n) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text += piece;
    return text;
  };
  const auto begin = std::chrono::steady_clock::now();
  for (const char* piece : {"{",
                            "}",
                            "\\boxed{",
                            "\\boxed",
                            "\\boxed{1} and ",
                            "The answer is ",
                            "the answer is not ",
                            "so ",
                            "=",
                            "1",
                            "1,",
                            "1/",
                            "(A)",
                            "(A) 1 ",
                            "选",
                            "\\(1",
                            "$1",
                            "\uFF1A",
                            "\\boxed{1",
                            "the answer is indeed ",
                            "\n",
                            "\\",
                            "</think>",
                            "\\frac{1}{",
                            "$",
                            "\xff",
                            "答案是",
                            "- 1. "}) {
    ExtractAnswer(repeat(piece, 100000));
  }
  // Linear work: some seconds were quadratic work begins.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace lemma::reason
