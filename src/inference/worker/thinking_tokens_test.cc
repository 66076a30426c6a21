#include "inference/worker/thinking_tokens.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "common/text/test_tokenizer.h"

namespace lemma::worker {
namespace {

namespace json = boost::json;
using text::SpecialTokens;
using text::TokenId;
using text::Tokenizer;

// SmallTokenizer with </think> as a token of its own.
Tokenizer TokenizerWithClose(TokenId id) {
  json::object definition = text::SmallTokenizerJson();
  definition["added_tokens"].as_array().push_back(
      {{"id", id}, {"content", "</think>"}, {"special", false}});
  return Tokenizer::FromJson(json::serialize(definition), "small").value();
}

TEST(ThinkingTokens, AreTheModelsOwnTokenOrItsText) {
  constexpr TokenId kCloseId = 304;
  const Tokenizer with_token = TokenizerWithClose(kCloseId);
  EXPECT_EQ(ThinkingTokensOf(with_token).close.front(), kCloseId);
  const Tokenizer without = text::SmallTokenizer();
  for (const Tokenizer* tokenizer : {&with_token, &without}) {
    const ThinkingTokens tokens = ThinkingTokensOf(*tokenizer);
    EXPECT_EQ(tokenizer->Decode(tokens.close, /*skip_special=*/false), "</think>\n\n");
    EXPECT_FALSE(tokens.bridge.empty());
    const std::vector<TokenId> tag(tokens.close.begin(), tokens.close.begin() + tokens.n_tag);
    EXPECT_EQ(tokenizer->Decode(tag, /*skip_special=*/false), "</think>");
  }
}

TEST(EndsInThinking, WhereTheLastTextIsTheTag) {
  const Tokenizer tokenizer = text::SmallTokenizer();
  const auto ends = [&](const std::string& prompt, SpecialTokens special) {
    return EndsInThinking(tokenizer, tokenizer.Encode(prompt, special));
  };
  for (const SpecialTokens special : {SpecialTokens::kRecognize, SpecialTokens::kAsText}) {
    EXPECT_TRUE(ends("assistant\n<think>", special));
    EXPECT_TRUE(ends("assistant\n<think>\n", special));
    EXPECT_FALSE(ends("assistant\n", special));
    EXPECT_FALSE(ends("<think> hm", special));
    EXPECT_FALSE(ends("<think></think>", special));
  }
  EXPECT_FALSE(EndsInThinking(tokenizer, {}));
}

}  // namespace
}  // namespace lemma::worker
