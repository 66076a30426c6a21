#include "train/tokenizer/bpe_trainer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "common/text/chat_template.h"

namespace lemma::train {
namespace {

using text::SpecialTokens;
using text::Tokenizer;

std::vector<std::string> Corpus() {
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) {
    texts.push_back("<|im_start|>user\nFind the sum of " + std::to_string(i * 37) + " and " +
                    std::to_string(i * 91) +
                    ".<|im_end|>\n<|im_start|>assistant\n<think>the sum is" +
                    " the sum</think>求两个数的和：café\n\n  def f(x):\n    return x\n");
  }
  return texts;
}

Tokenizer Trained(int vocab_size) {
  auto json = TrainBpe(Corpus(), vocab_size);
  EXPECT_TRUE(json.ok());
  auto tokenizer = Tokenizer::FromJson(*json, "trained");
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().ToString();
  return std::move(tokenizer).value();
}

TEST(BpeTrainer, LoadsAndRoundTrips) {
  const Tokenizer tokenizer = Trained(320);
  EXPECT_EQ(tokenizer.vocab_size(), 320);
  for (const std::string& text : Corpus()) {
    const auto ids = tokenizer.Encode(text, SpecialTokens::kRecognize);
    EXPECT_EQ(tokenizer.Decode(ids, /*skip_special=*/false), text);
    EXPECT_LT(ids.size(), text.size());
  }
}

TEST(BpeTrainer, ControlTokensFollowTheLearntOnes) {
  const Tokenizer tokenizer = Trained(320);
  EXPECT_EQ(tokenizer.AddedToken("<|endoftext|>"), 315);
  EXPECT_EQ(tokenizer.AddedToken("<|im_start|>"), 316);
  EXPECT_EQ(tokenizer.AddedToken("<|im_end|>"), 317);
  EXPECT_EQ(tokenizer.AddedToken("<think>"), 318);
  EXPECT_EQ(tokenizer.AddedToken("</think>"), 319);
  EXPECT_TRUE(tokenizer.IsSpecial(317));
  EXPECT_FALSE(tokenizer.IsSpecial(318));
}

TEST(BpeTrainer, MergesTheMostFrequentPairFirstAndTheLowerIdsOfEquals) {
  // "ab" 4 times, "cd" and "ce" 2 times each.
  const auto json = TrainBpe({"ab ab,ab;ab", "cd,cd ce;ce"}, kBpeVocabSizeMin + 3);
  ASSERT_TRUE(json.ok());
  const auto root = boost::json::parse(*json);
  const auto& merges = root.at("model").at("merges").as_array();
  ASSERT_EQ(merges.size(), 3u);
  EXPECT_EQ(merges[0].as_string(), "a b");
  EXPECT_EQ(merges[1].as_string(), "c d");
  EXPECT_EQ(merges[2].as_string(), "c e");
}

TEST(BpeTrainer, DependsOnNothingButTheTexts) {
  EXPECT_EQ(*TrainBpe(Corpus(), 330), *TrainBpe(Corpus(), 330));
  auto reversed = Corpus();
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(*TrainBpe(Corpus(), 330), *TrainBpe(reversed, 330));
}

TEST(BpeTrainer, LearnsNothingFromControlTokensAndWhatOccursOnce) {
  const auto json = TrainBpe({"<|im_start|><|im_start|><|im_start|>", "unique"}, 1000);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(Tokenizer::FromJson(*json, "trained")->vocab_size(), kBpeVocabSizeMin);
}

TEST(BpeTrainer, ALearntWordIsOneTokenAndDigitsStaySingle) {
  const Tokenizer tokenizer = Trained(400);
  EXPECT_EQ(tokenizer.Encode(" sum", SpecialTokens::kAsText).size(), 1u);
  EXPECT_EQ(tokenizer.Encode("2024", SpecialTokens::kAsText).size(), 4u);
}

TEST(BpeTrainer, ItsConfigHasTheChatTemplateOfLemmaMini) {
  const std::string config = TokenizerConfigJson(Trained(320), /*context_length_max=*/2048);
  const auto chat = text::ChatTemplate::FromConfig(config, "tokenizer_config.json");
  ASSERT_TRUE(chat.ok()) << chat.status().ToString();
  EXPECT_EQ(chat->default_system(), "");
  const auto parsed = boost::json::parse(config);
  EXPECT_EQ(parsed.at("eos_token").as_string(), "<|im_end|>");
  EXPECT_EQ(parsed.at("model_max_length").as_int64(), 2048);
  EXPECT_EQ(parsed.at("added_tokens_decoder").at("318").at("content").as_string(), "<think>");
  EXPECT_FALSE(parsed.at("added_tokens_decoder").at("318").at("special").as_bool());
}

TEST(BpeTrainer, RefusesImpossibleSizes) {
  for (const int vocab_size : {-1, 0, kBpeVocabSizeMin - 1, (1 << 20) + 1}) {
    const auto json = TrainBpe(Corpus(), vocab_size);
    EXPECT_EQ(json.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(json.status().field(), "vocab_size");
  }
}

}  // namespace
}  // namespace lemma::train
