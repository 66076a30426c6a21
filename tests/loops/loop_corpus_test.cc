// Properties: text that repeats lawfully (matrices, digits, tables, tests) raises no alarm at any
// length, however it is cut into tokens; text that goes round in circles does, soon.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/text/tokenizer.h"
#include "inference/engine/loop_detector.h"

namespace lemma {
namespace {

using engine::Loop;
using engine::LoopDetector;
using text::TokenId;

struct Text {
  std::string name;
  std::string content;
};

std::string Repeat(const std::string& piece, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += piece;
  return text;
}

// fn(i) for i in [0, n), joined.
std::string Lines(int n, const std::function<std::string(int)>& fn) {
  std::string text;
  for (int i = 0; i < n; ++i) text += fn(i);
  return text;
}

// n / d in decimal, `n_digits` of them.
std::string Decimals(int n, int d, int n_digits) {
  std::string digits = std::to_string(n / d) + ".";
  for (int i = 0, rest = n % d; i < n_digits; ++i) {
    rest *= 10;
    digits += static_cast<char>('0' + rest / d);
    rest %= d;
  }
  return digits;
}

std::vector<Text> LawfulMatrices() {
  const auto matrix = [](int n, const std::function<int(int, int)>& entry) {
    return "\\begin{pmatrix}\n" +
           Lines(n,
                 [&](int row) {
                   return Lines(n,
                                [&](int column) {
                                  return std::to_string(entry(row, column)) +
                                         (column + 1 < n ? " & " : "");
                                }) +
                          " \\\\\n";
                 }) +
           "\\end{pmatrix}";
  };
  const auto zero = [](int, int) { return 0; };
  const auto one_on_diagonal = [](int i, int j) { return i == j ? 1 : 0; };
  return {
      {"zeros 10", matrix(10, zero)},
      {"zeros 16, as a list", Repeat("[" + Repeat("0, ", 15) + "0],\n", 16)},
      {"identity 12", matrix(12, one_on_diagonal)},
      {"powers of a matrix", Lines(12,
                                   [&](int i) {
                                     return fmt::format("A^{{{}}} = {}\n", i + 1,
                                                        matrix(3, [&](int r, int c) {
                                                          return r == c ? 1 : r < c ? i + 1 : 0;
                                                        }));
                                   })},
      {"adjacency", matrix(14, [](int i, int j) { return (i * 7 + j * 3) % 5 == 0 ? 1 : 0; })},
      {"elimination", Lines(10,
                            [&](int k) {
                              return fmt::format("R_{{{0}}} \\to R_{{{0}}} - {1} R_1: {2}\n", k + 2,
                                                 k * 2 + 3, matrix(4, [&](int r, int c) {
                                                   return r < c ? (r + c + k) % 7 : 0;
                                                 }));
                            })},
      {"board", Repeat("........#.......\n", 24)},
  };
}

std::vector<Text> LawfulDigits() {
  return {
      {"1/7", Decimals(1, 7, 120)},
      {"1/17", Decimals(1, 17, 150)},
      {"1/97", Decimals(1, 97, 250)},
      {"1/3", Decimals(1, 3, 300)},
      {"repunit", Repeat("1", 300)},
      {"binary", Lines(40, [](int i) { return fmt::format("{:08b} ", i * 37 % 256); })},
      {"2^k", Lines(60, [](int i) { return fmt::format("2^{{{}}} = {}\n", i, uint64_t{1} << i); })},
      {"powers mod 7", Lines(60,
                             [](int i) {
                               static const int kPowers[] = {1, 3, 2, 6, 4, 5};
                               return fmt::format("3^{} = {} (mod 7)\n", i, kPowers[i % 6]);
                             })},
      {"period of 3 mod 7", Repeat("1, 3, 2, 6, 4, 5, ", 12)},
      {"sum of ones", Repeat("1 + ", 100) + "1"},
      {"rule", Repeat("-", 200) + "\n" + Repeat("=", 200)},
  };
}

std::vector<Text> LawfulTables() {
  return {
      {"multiplication", Lines(144,
                               [](int i) {
                                 return fmt::format("{} x {} = {}\n", i / 12 + 1, i % 12 + 1,
                                                    (i / 12 + 1) * (i % 12 + 1));
                               })},
      {"truth table", "| a | b | c | d | f |\n|---|---|---|---|---|\n" +
                          Lines(32,
                                [](int i) {
                                  return fmt::format("| {} | {} | {} | {} | {} |\n", i >> 4 & 1,
                                                     i >> 3 & 1, i >> 2 & 1, i >> 1 & 1, i & 1);
                                })},
      {"dp table", Lines(16,
                         [](int row) {
                           return fmt::format("| {} |", row) +
                                  Lines(16,
                                        [&](int c) {
                                          return fmt::format(" {} |", c < row ? 0 : c - row);
                                        }) +
                                  "\n";
                         })},
      {"trace", Lines(40,
                      [](int i) {
                        return fmt::format("After step {}: low = {}, high = {}, mid = {}\n", i, i,
                                           100 - i, 50);
                      })},
      {"values", Lines(60,
                       [](int i) {
                         return fmt::format("When n = {}, f(n) = n^2 + n + 41 = {}.\n", i,
                                            i * i + i + 41);
                       })},
      {"中文表", Lines(50,
                       [](int i) {
                         return fmt::format("当 n = {} 时，f(n) = {}，不满足条件。\n", i,
                                            i * 3 + 1);
                       })},
  };
}

std::vector<Text> LawfulPrograms() {
  std::mt19937 random(1);
  return {
      {"asserts", Lines(80,
                        [&](int) {
                          const auto a = random() % 20, b = random() % 20;
                          return fmt::format("assert add({}, {}) == {}\n", a, b, a + b);
                        })},
      {"asserts over zeros", Lines(24,
                                   [](int i) {
                                     return fmt::format("assert solve([{}]) == 0\n",
                                                        Repeat("0, ", i) + "0");
                                   })},
      {"tests passed", Lines(100, [](int i) { return fmt::format("Test {}: passed\n", i + 1); })},
      {"tests at length", Lines(60,
                                [&](int i) {
                                  const auto a = random() % 9, b = random() % 9;
                                  return fmt::format(
                                      "Test case {}: input = {} {}, expected = {}, got = {}, ok.\n",
                                      i + 1, a, b, a + b, a + b);
                                })},
      {"verdicts", Repeat("YES\nNO\n", 60)},
      {"stdin",
       Lines(100, [&](int) { return fmt::format("{} {}\n", random() % 3, random() % 3); })},
      {"switch", Lines(40,
                       [](int i) {
                         return fmt::format("        case {}: return \"{}\";\n", i,
                                            std::string(1, char('a' + i % 26)));
                       })},
      {"lookup",
       "table = {\n" +
           Lines(80, [](int i) { return fmt::format("    {}: ({}, {}),\n", i, i % 8, i / 8); }) +
           "}\n"},
      {"braces", Repeat("    }\n", 20) + Repeat("\n", 20)},
      {"candidates", Lines(50,
                           [](int i) {
                             return fmt::format(
                                 "- If x = {}, then 7x + 3 = {}, which is not divisible by 11.\n",
                                 i, 7 * i + 3);
                           })},
  };
}

std::vector<Text> LawfulTexts() {
  std::vector<Text> all;
  for (const auto& texts : {LawfulMatrices(), LawfulDigits(), LawfulTables(), LawfulPrograms()}) {
    all.insert(all.end(), texts.begin(), texts.end());
  }
  return all;
}

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
      {"sentences in any order",
       Lines(900, [&](int) { return sentences[random() % sentences.size()]; })},
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

// The first alarm while the text grows, and after how many tokens.
std::pair<std::optional<Loop>, size_t> FirstAlarm(const std::vector<TokenId>& tokens) {
  LoopDetector detector;
  for (size_t n = LoopDetector::kInterval; n <= tokens.size(); n += LoopDetector::kInterval) {
    if (const auto loop = detector.Find(std::span(tokens).first(n))) return {loop, n};
  }
  return {std::nullopt, tokens.size()};
}

TEST(LoopCorpus, WhatRepeatsLawfullyRaisesNoAlarm) {
  const std::string opening =
      "Let us first write down what we know about the problem, and then compute step by step.\n";
  for (const auto& [cut_name, cut] : Cuts()) {
    for (const Text& text : LawfulTexts()) {
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
