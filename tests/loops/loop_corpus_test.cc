// Properties: text that repeats lawfully (matrices, digits, tables, tests) raises no alarm at any
// length, however it is cut into tokens; text that goes round in circles does, soon.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/text/tokenizer.h"
#include "inference/engine/loop_detector.h"
#include "lawful_texts.h"

namespace lemma {
namespace {

using engine::Loop;
using engine::LoopDetector;
using text::TokenId;

std::vector<Text> Loops() {
  std::mt19937 random(2);
  const std::string paragraph =
      "Let me reconsider the problem from the beginning. We are given that the sum of the first "
      "n terms is equal to 3n^2 + 2n, and we want the tenth term. The tenth term is the "
      "difference between the sum of the first ten terms and that of the first nine terms.\n\n";
  const std::vector<std::string> sentences = {
      "Wait, maybe I should check this again. ", "But that does not look right to me. ",
      "Hmm, let us think about it once more. ", "Alternatively, we could try another way. "};
  return {
      {"sentence", Repeat("Wait, I think I should check my answer once more, to be sure.\n", 60)},
      {"boxed", Repeat("So the final answer to the question is \\boxed{460}. I'll use it. ", 60)},
      {"paragraph", Repeat(paragraph, 20)},
      {"few words", Repeat("but we ", 1200)},
      {"one sign", Repeat("@ ", 3000)},
      {"program",
       Repeat("    if (count[index] > best) {\n        best = count[index];\n    }\n", 60)},
      {"中文",
       Repeat("等等， 让我 再 检查 一遍 这个 答案 是否 正确。 好的， 我们 重新 开始 计算。\n", 60)},
      {"rows of a matrix", Repeat("\\frac{1}{12} & \\frac{5}{12} & \\frac{1}{2} \\\\\n", 200)},
      {"objects", Repeat("{\"name\": \"\", \"value\": 0, \"next\": null, \"left\": null},\n", 60)},
      {"sentences in any order",
       Lines(900, [&](int) { return sentences[random() % sentences.size()]; })},
      {"numbers that do not rise",
       Lines(300,
             [&](int) {
               return fmt::format(
                   "Wait, is it {} or {}? Let me go back to the equation that we were given in the "
                   "beginning, and check this once more by hand, one step after the other. ",
                   random() % 3, random() % 3);
             })},
  };
}

// How a text may be cut into tokens: as the built-in model's tokenizer does, into bytes, into
// words.
using Cut = std::function<std::vector<TokenId>(const std::string&)>;

std::vector<TokenId> Words(const std::string& text) {
  std::map<std::string, TokenId> ids;
  std::vector<TokenId> tokens;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    tokens.push_back(ids.emplace(word, static_cast<TokenId>(ids.size())).first->second);
  }
  return tokens;
}

std::vector<std::pair<std::string, Cut>> Cuts() {
  const std::string path = std::string(LEMMA_SOURCE_DIR) + "/models/lemma-mini/tokenizer.json";
  const auto json = ReadFile(path, text::kTokenizerFileBytesMax);
  EXPECT_TRUE(json.ok()) << json.status().ToString();
  auto loaded = text::Tokenizer::FromJson(*json, path);
  EXPECT_TRUE(loaded.ok()) << loaded.status().ToString();
  const auto tokenizer = std::make_shared<text::Tokenizer>(std::move(loaded).value());
  return {{"lemma-mini",
           [tokenizer](const std::string& text) {
             return tokenizer->Encode(text, text::SpecialTokens::kAsText);
           }},
          {"bytes",
           [](const std::string& text) { return std::vector<TokenId>(text.begin(), text.end()); }},
          {"words", Words}};
}

// The first alarm while the text grows, and after how many tokens. What is remembered from look to
// look changes none.
std::pair<std::optional<Loop>, size_t> FirstAlarm(const std::vector<TokenId>& tokens) {
  LoopDetector detector;
  LoopDetector::Needed needed;
  for (size_t n = LoopDetector::kInterval; n <= tokens.size(); n += LoopDetector::kInterval) {
    const auto output = std::span(tokens).first(n);
    const auto loop = detector.Find(output, needed);
    LoopDetector::Needed nothing_known;
    EXPECT_EQ(loop.has_value(), detector.Find(output, nothing_known).has_value()) << n;
    if (loop) return {loop, n};
  }
  return {std::nullopt, tokens.size()};
}

TEST(LoopCorpus, WhatRepeatsLawfullyRaisesNoAlarm) {
  const std::string opening =
      "Let us first write down what we know about the problem, and then compute step by step.\n";
  for (const auto& [cut_name, cut] : Cuts()) {
    std::vector<Text> texts = LawfulTexts();
    // Bytes know no words: four in a row are less than one, and of a long trace none is new.
    if (cut_name != "bytes") std::ranges::move(LawfulTraces(), std::back_inserter(texts));
    for (const Text& text : texts) {
      const auto [loop, n] = FirstAlarm(cut(opening + text.content));
      EXPECT_FALSE(loop.has_value()) << text.name << " in " << cut_name << ": period "
                                     << loop->period << " after " << n << " tokens";
    }
  }
}

TEST(LoopCorpus, WhatGoesInCirclesRaisesOneSoon) {
  const std::string opening = "First, the sum is 12 and the product is 35, so x = 5 and y = 7.\n";
  for (const auto& [cut_name, cut] : Cuts()) {
    for (const Text& text : Loops()) {
      const std::vector<TokenId> tokens = cut(opening + text.content);
      const auto [loop, n] = FirstAlarm(tokens);
      ASSERT_TRUE(loop.has_value()) << text.name << " in " << cut_name << ", " << tokens.size();
      EXPECT_LE(n, cut_name == "bytes" ? 4096u : 2048u) << text.name << " in " << cut_name;
      if (loop->period == 0) continue;
      EXPECT_GE(loop->n_copies(), LoopDetector::kCopiesMin);
      EXPECT_GE(loop->n_tokens, LoopDetector::kTokensMin);
    }
  }
}

}  // namespace
}  // namespace lemma
