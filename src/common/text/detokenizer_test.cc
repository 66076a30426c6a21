#include "common/text/detokenizer.h"

#include <gtest/gtest.h>

#include "common/text/test_tokenizer.h"
#include "common/text/unicode.h"

namespace lemma::text {
namespace {

TEST(Detokenizer, HoldsBackAPartialCharacter) {
  const Tokenizer tokenizer = SmallTokenizer();
  Detokenizer stream(tokenizer, /*skip_special=*/true);
  EXPECT_EQ(stream.Push(0xE4), "");
  EXPECT_EQ(stream.Push(0xB8), "");
  EXPECT_EQ(stream.Push(kSmallTurnEnd), "");
  EXPECT_EQ(stream.Push(0xAD), "\u4E2D");
  EXPECT_EQ(stream.Push(261), "hello");
  EXPECT_EQ(stream.Push(0xF0), "");
  EXPECT_EQ(stream.Finish(), kReplacementUtf8);
  EXPECT_EQ(stream.Finish(), "");
}

TEST(Detokenizer, ReplacesInvalidBytesAsSoonAsTheyAreCertain) {
  const Tokenizer tokenizer = SmallTokenizer();
  Detokenizer stream(tokenizer, /*skip_special=*/false);
  EXPECT_EQ(stream.Push(0xFF), kReplacementUtf8);
  EXPECT_EQ(stream.Push(0xE0), "");
  EXPECT_EQ(stream.Push(0x80), std::string(kReplacementUtf8) + std::string(kReplacementUtf8));
  EXPECT_EQ(stream.Push(0xE4), "");
  EXPECT_EQ(stream.Push(kSmallTurnEnd), std::string(kReplacementUtf8) + "<|im_end|>");
}

TEST(Detokenizer, StreamEqualsTheDecodeOfAllIds) {
  const Tokenizer tokenizer = SmallTokenizer();
  std::mt19937 random(11);
  const std::vector<TokenId> choices = {
      0xE4,        0xB8, 0xAD, 0xF0, 0x9F, 0x98, 0x80, 0xC3, 0xA9, 0xFF,
      0xED,        0xA0, 0xE0, 0xF4, 0x90, 'a',  261,  -5,   290,  kSmallTurnStart,
      kSmallThink, '\n'};
  for (int round = 0; round < 20000; ++round) {
    const bool skip_special = round % 2 == 0;
    std::vector<TokenId> ids(random() % 12);
    for (TokenId& id : ids) id = choices[random() % choices.size()];
    Detokenizer stream(tokenizer, skip_special);
    std::string streamed;
    for (const TokenId id : ids) {
      const std::string text = stream.Push(id);
      std::string unused;
      ASSERT_EQ(ValidUtf8(text, unused), text);  // never a part of a character
      streamed += text;
    }
    streamed += stream.Finish();
    std::string storage;
    const std::string decoded = tokenizer.Decode(ids, skip_special);
    ASSERT_EQ(streamed, ValidUtf8(decoded, storage));
  }
}

}  // namespace
}  // namespace lemma::text
