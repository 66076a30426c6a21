#include "common/text/reasoning_splitter.h"

#include <gtest/gtest.h>

#include "common/text/test_tokenizer.h"

namespace lemma::text {
namespace {

SplitText Split(const std::vector<std::string>& pushes) {
  ReasoningSplitter splitter;
  SplitText all;
  const auto append = [&](const SplitText& part) {
    all.reasoning += part.reasoning;
    all.content += part.content;
  };
  for (const std::string& push : pushes) append(splitter.Push(push));
  append(splitter.Finish());
  return all;
}

void ExpectSplit(const std::string& text, const std::string& reasoning,
                 const std::string& content) {
  const SplitText split = Split({text});
  EXPECT_EQ(split.reasoning, reasoning) << text;
  EXPECT_EQ(split.content, content) << text;
}

TEST(ReasoningSplitter, SplitsAtTheTags) {
  ExpectSplit("<think>why</think>\n\nbecause\n", "why", "because\n");
  ExpectSplit("Okay.\n\n<think>why</think>because", "Okay.\n\nwhy", "because");
  ExpectSplit("why</think>because", "why", "because");
  ExpectSplit("<think></think>", "", "");
  ExpectSplit("", "", "");
}

TEST(ReasoningSplitter, TextWithoutTagsIsContent) {
  ExpectSplit(" \njust an answer", "", "just an answer");
  ExpectSplit("a < b and <thin", "", "a < b and <thin");
  const std::string late = std::string(ReasoningSplitter::kPreambleBytesMax + 1, 'x') + "<think>y";
  ExpectSplit(late, "", late);
  const std::string in_time = std::string(ReasoningSplitter::kPreambleBytesMax, 'x');
  ExpectSplit(in_time + "</think>y", in_time, "y");
}

TEST(ReasoningSplitter, ATagDecidesUpToTheEndOfTheFirstParagraph) {
  ExpectSplit("Okay.\n\n \n<think>why</think>because", "Okay.\n\n \nwhy", "because");
  ExpectSplit("\n\nOkay.\n\n<think>why", "\n\nOkay.\n\nwhy", "");
  ExpectSplit("why\n\n</think>because", "why\n\n", "because");
  for (const char* answer :
       {"It is 4.\n\nNot <think>5</think>.", "a\n\nb</think>c", "a\n\n<thin"}) {
    ExpectSplit(answer, "", answer);
  }
}

TEST(ReasoningSplitter, AnAnswersSecondParagraphStreamsAtOnce) {
  ReasoningSplitter splitter;
  EXPECT_EQ(splitter.Push("It is 4.").content, "");
  EXPECT_EQ(splitter.Push("\n\n").content, "");
  EXPECT_EQ(splitter.Push("<").content, "");
  EXPECT_EQ(splitter.Push("b> is").content, "It is 4.\n\n<b> is");
  EXPECT_EQ(splitter.Push(" bold").content, " bold");
}

TEST(ReasoningSplitter, AnEndlessThoughtIsReasoning) {
  ExpectSplit("<think>on and on </thi", "on and on </thi", "");
}

TEST(ReasoningSplitter, TagsInThoughtAndAnswerAreText) {
  ExpectSplit("<think>a<think>b</think>c</think>d<think>", "a<think>b", "c</think>d<think>");
}

TEST(ReasoningSplitter, SendsWhatIsCertainAtOnce) {
  ReasoningSplitter splitter;
  EXPECT_EQ(splitter.Push("<think>").reasoning, "");
  EXPECT_TRUE(splitter.in_reasoning());
  EXPECT_EQ(splitter.Push("abc").reasoning, "abc");
  EXPECT_EQ(splitter.Push("d</th").reasoning, "d");
  EXPECT_EQ(splitter.Push("e").reasoning, "</the");
  EXPECT_EQ(splitter.Push("</think> ").content, "");
  EXPECT_FALSE(splitter.in_reasoning());
  EXPECT_EQ(splitter.Push(" x ").content, "x ");
}

TEST(ReasoningSplitter, AnyCutsGiveTheSame) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces = {"<think>", "</think>", "<thi", "</th",
                                           "ink>",    " ",        "\n",   "a",
                                           "<",       "\u4E2D",   "\n\n", "b.\n\n"};
  for (int round = 0; round < 10'000; ++round) {
    const std::string filler(round % 3 == 0 ? 1010 + random() % 20 : 0, 'x');
    const std::string text = filler + RandomText(random, pieces, 10);
    const SplitText whole = Split({text});
    const SplitText cut = Split(RandomCuts(random, text));
    ASSERT_EQ(cut.reasoning, whole.reasoning) << text;
    ASSERT_EQ(cut.content, whole.content) << text;
  }
}

TEST(ReasoningSplitter, BeginsInsideThinkingThatThePromptHasOpened) {
  ReasoningSplitter splitter(/*is_open=*/true);
  EXPECT_TRUE(splitter.in_reasoning());
  const SplitText split = splitter.Push("so\n\nit is</think>\n\n5");
  EXPECT_EQ(split.reasoning, "so\n\nit is");
  EXPECT_EQ(split.content, "5");
  EXPECT_FALSE(splitter.in_reasoning());
}

}  // namespace
}  // namespace lemma::text
