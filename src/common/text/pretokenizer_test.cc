#include "common/text/pretokenizer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace lemma::text {
namespace {

using Pieces = std::vector<std::string>;

Pieces Split(const std::string& text) {
  Pieces pieces;
  for (size_t at = 0; at < text.size();) {
    const size_t end = PieceEnd(text, at);
    EXPECT_GT(end, at);
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

TEST(Pretokenizer, TakesOneCharacterBeforeLetters) {
  EXPECT_EQ(Split("Hello world"), (Pieces{"Hello", " world"}));
  EXPECT_EQ(Split("  a"), (Pieces{" ", " a"}));
  EXPECT_EQ(Split("\ta(b\u00A0c"), (Pieces{"\ta", "(b", "\u00A0c"}));
  EXPECT_EQ(Split("\na"), (Pieces{"\n", "a"}));
  EXPECT_EQ(Split("\uD55C\uAD6D\u4E2D"), (Pieces{"\uD55C\uAD6D\u4E2D"}));
}

TEST(Pretokenizer, NumbersStandAlone) {
  EXPECT_EQ(Split("a12 3"), (Pieces{"a", "1", "2", " ", "3"}));
  EXPECT_EQ(Split("1a"), (Pieces{"1", "a"}));
}

TEST(Pretokenizer, ContractionsInAnyCase) {
  EXPECT_EQ(Split("it's"), (Pieces{"it", "'s"}));
  EXPECT_EQ(Split("WE'LLx"), (Pieces{"WE", "'LL", "x"}));
  EXPECT_EQ(Split("I've"), (Pieces{"I", "'ve"}));
  EXPECT_EQ(Split("they'Re"), (Pieces{"they", "'Re"}));
  EXPECT_EQ(Split("'l"), (Pieces{"'l"}));
  EXPECT_EQ(Split("'x"), (Pieces{"'x"}));
  EXPECT_EQ(Split("'"), (Pieces{"'"}));
  EXPECT_EQ(Split("'tis"), (Pieces{"'t", "is"}));
  EXPECT_EQ(Split("!'s"), (Pieces{"!'", "s"}));
  EXPECT_EQ(Split("'\u017Fa"), (Pieces{"'\u017Fa"}));  // a long s is no s
}

TEST(Pretokenizer, SignsTakeTheLineEndsAfterThem) {
  EXPECT_EQ(Split("a!!\n\nb"), (Pieces{"a", "!!\n\n", "b"}));
  EXPECT_EQ(Split("x = {\r\n}"), (Pieces{"x", " =", " {\r\n", "}"}));
  EXPECT_EQ(Split("  !"), (Pieces{" ", " !"}));
  EXPECT_EQ(Split("\t!"), (Pieces{"\t", "!"}));
}

TEST(Pretokenizer, WhiteSpaceEndsAtTheLastLineEnd) {
  EXPECT_EQ(Split("a  \n \n  b"), (Pieces{"a", "  \n \n", " ", " b"}));
  EXPECT_EQ(Split("a   1"), (Pieces{"a", "  ", " ", "1"}));
  EXPECT_EQ(Split("a   "), (Pieces{"a", "   "}));
  EXPECT_EQ(Split(" \u3000\u3000x"), (Pieces{" \u3000", "\u3000x"}));
  EXPECT_EQ(Split("\n"), (Pieces{"\n"}));
  EXPECT_EQ(Split(""), (Pieces{}));
}

TEST(Pretokenizer, IsLinear) {
  const std::string unit[] = {" ", "\n", "a", "1", "!", "'", " \n", " a", "\t!", "'l", "\u0301"};
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& part : unit) {
    std::string text;
    for (int i = 0; i < 300'000; ++i) text += part;
    size_t n = 0;
    for (size_t at = 0; at < text.size(); at = PieceEnd(text, at)) ++n;
    EXPECT_GT(n, 0u);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace lemma::text
