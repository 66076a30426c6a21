// What the loop guard costs a token, beside the time in which a model of 1.5 billion parameters
// says one: over text that does not repeat, and over what keeps the detector longest without being
// a loop.
//
//   loop_detector_bench [milliseconds of a token: 40]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "inference/engine/loop_detector.h"

namespace {

using lemma::engine::LoopDetector;
using lemma::engine::TokenId;

constexpr size_t kTokens = 20000;

std::vector<TokenId> Make(const std::function<TokenId(size_t)>& token_at) {
  std::vector<TokenId> tokens(kTokens);
  for (size_t i = 0; i < kTokens; ++i) tokens[i] = token_at(i);
  return tokens;
}

// Microseconds of a look while the text grows, the best of several runs.
double MicrosecondsOfALook(const std::vector<TokenId>& tokens) {
  LoopDetector detector;
  double best = 1e9;
  for (int run = 0; run < 20; ++run) {
    LoopDetector::Needed needed;
    const auto start = std::chrono::steady_clock::now();
    for (size_t n = LoopDetector::kInterval; n <= tokens.size(); n += LoopDetector::kInterval) {
      if (detector.Find(std::span(tokens).first(n), needed)) std::printf("unexpected: a loop\n");
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() * LoopDetector::kInterval / static_cast<double>(kTokens));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const double token_us = 1000 * (argc > 1 ? std::atof(argv[1]) : 40);
  std::mt19937 random(1);
  const struct {
    const char* name;
    std::vector<TokenId> tokens;
  } texts[] = {
      {"words, none repeated", Make([&](size_t) { return TokenId(random() % 20000); })},
      {"digits", Make([&](size_t) { return TokenId(random() % 10); })},
      // Each period matches for nearly as long as it is looked at, and none long enough.
      {"a sparse matrix", Make([&](size_t i) { return TokenId(i % 1000 == 0 ? 9 : i % 2); })},
      // Hardly anything new, but not as little as in a near loop.
      {"a long table", Make([&](size_t i) { return TokenId(i % 40 < 37 ? i % 40 : i * i % 499); })},
      // As little as in a near loop, but for a number that rises, in short lines and in long ones.
      {"a numbered list",
       Make([&](size_t i) { return TokenId(i % 40 == 0 ? 100 + i / 40 : i % 40); })},
      {"numbered paragraphs",
       Make([&](size_t i) { return TokenId(i % 140 == 0 ? 200 + i / 140 : i % 140); })},
      // The longest of all such rows: their length and that of what they repeat were varied.
      {"numbered tables", Make([&](size_t i) {
         return TokenId(i % 185 == 0 ? 200 + i / 185 : i % 185 % 40 + i % 185 / 40 % 2);
       })},
  };
  std::printf("%-24s %10s %10s %22s\n", "text", "us a look", "us a token", "% of a token's time");
  for (const auto& text : texts) {
    const double look = MicrosecondsOfALook(text.tokens);
    const double token = look / LoopDetector::kInterval;
    std::printf("%-24s %10.2f %10.3f %22.4f\n", text.name, look, token, 100 * token / token_us);
  }
}
