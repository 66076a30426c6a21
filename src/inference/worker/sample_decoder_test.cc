#include "inference/worker/sample_decoder.h"

#include <gtest/gtest.h>

#include "common/text/test_tokenizer.h"

namespace lemma::worker {
namespace {

struct Decoded {
  std::string reasoning;
  std::string content;
  std::optional<std::string> stop_string;
  int64_t n_tokens = 0;
  int64_t n_reasoning_tokens = 0;
};

// Pushes byte by byte (each byte is a token) until a stop string ends the sample.
Decoded Decode(const std::string& text, std::vector<std::string> stops, ThinkingText thinking) {
  const text::Tokenizer tokenizer = text::SmallTokenizer();
  SampleDecoder decoder(tokenizer, std::move(stops), thinking);
  Decoded decoded;
  const auto take = [&](const SampleDecoder::Piece& piece) {
    decoded.reasoning += piece.reasoning;
    decoded.content += piece.content;
    decoded.stop_string = piece.stop_string;
  };
  for (const char c : text) {
    take(decoder.Push(static_cast<uint8_t>(c)));
    if (decoded.stop_string) break;
  }
  if (!decoded.stop_string) take(decoder.Finish());
  decoded.n_tokens = decoder.n_tokens();
  decoded.n_reasoning_tokens = decoder.n_reasoning_tokens();
  return decoded;
}

TEST(SampleDecoder, SplitsThinkingFromTheAnswerAndCountsIt) {
  const Decoded decoded = Decode("<think>a < b</think>\n\nyes é", {}, ThinkingText::kSplit);
  EXPECT_EQ(decoded.reasoning, "a < b");
  EXPECT_EQ(decoded.content, "yes é");
  EXPECT_EQ(decoded.n_reasoning_tokens, 20);
  EXPECT_EQ(decoded.n_tokens, 28);
}

TEST(SampleDecoder, StopStringsEndTheAnswerButNotTheThinking) {
  const Decoded decoded =
      Decode("<think>a STOP b</think>yes STOP no", {"STOP", "zz"}, ThinkingText::kSplit);
  EXPECT_EQ(decoded.reasoning, "a STOP b");
  EXPECT_EQ(decoded.content, "yes ");
  EXPECT_EQ(decoded.stop_string, "STOP");
}

TEST(SampleDecoder, PlainTextIsNotSplit) {
  const Decoded decoded = Decode("<think>a</think> STO", {"STOP"}, ThinkingText::kKeep);
  EXPECT_EQ(decoded.content, "<think>a</think> STO");
  EXPECT_EQ(decoded.n_reasoning_tokens, 0);
}

TEST(SampleDecoder, AnIncompleteCharacterAtTheEndIsReplaced) {
  EXPECT_EQ(Decode("a\xC3", {}, ThinkingText::kKeep).content, "a\xEF\xBF\xBD");
}

TEST(SampleDecoder, UnfinishedThinkingStaysThinking) {
  const Decoded decoded = Decode("<think>on and on</thi", {}, ThinkingText::kSplit);
  EXPECT_EQ(decoded.reasoning, "on and on</thi");
  EXPECT_EQ(decoded.content, "");
  EXPECT_EQ(decoded.n_reasoning_tokens, decoded.n_tokens);
}

TEST(SampleDecoder, ATagThatIsOneTokenIsNoPartOfAnAnswer) {
  const text::Tokenizer tokenizer = text::SmallTokenizer();
  SampleDecoder decoder(tokenizer, {}, ThinkingText::kOpen);
  std::string content;
  const auto push = [&](std::string_view text) {
    for (const char c : text) content += decoder.Push(static_cast<uint8_t>(c)).content;
  };
  push("a</think>yes");
  content += decoder.Push(text::kSmallThink).content;
  push(" <think>");  // of several: what an answer is about
  content += decoder.Finish().content;
  EXPECT_EQ(content, "yes <think>");
}

TEST(SampleDecoder, SpecialTokensYieldNothing) {
  const text::Tokenizer tokenizer = text::SmallTokenizer();
  SampleDecoder decoder(tokenizer, {}, ThinkingText::kSplit);
  EXPECT_EQ(decoder.Push(text::kSmallThink).content, "");
  EXPECT_EQ(decoder.Push('a').reasoning, "a");
  EXPECT_EQ(decoder.Push(text::kSmallTurnEnd).reasoning, "");
  EXPECT_EQ(decoder.n_reasoning_tokens(), 3);
}

}  // namespace
}  // namespace lemma::worker
