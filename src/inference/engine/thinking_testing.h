// For tests of samples that think: tags, the sink that knows them, requests, models.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "inference/engine/engine_testing.h"

namespace lemma::engine {

inline constexpr TokenId kOpen = 40;
inline const std::vector<TokenId> kClose = {41, 42};
inline const std::vector<TokenId> kBridge = {43, 44, 45};

inline size_t FindClose(const std::vector<TokenId>& tokens) {
  return static_cast<size_t>(
      std::search(tokens.begin(), tokens.end(), kClose.begin(), kClose.end()) - tokens.begin());
}

// Thinking is what stands between kOpen and the first tag of kClose after it.
inline bool IsOpen(const std::vector<TokenId>& said) {
  const auto open = std::find(said.begin(), said.end(), kOpen);
  return open != said.end() && std::find(open, said.end(), kClose[0]) == said.end();
}

inline constexpr TokenId kSpace = 46;

// Is there an answer, outside the thinking?
inline bool IsBlank(const std::vector<TokenId>& said) {
  const auto shows = [](TokenId token) {
    return token != kOpen && token != kSpace && std::ranges::find(kClose, token) == kClose.end();
  };
  const auto open = std::find(said.begin(), said.end(), kOpen);
  const bool has_thought = open != said.end();
  return std::none_of(has_thought ? std::find(open, said.end(), kClose[0]) : said.begin(),
                      said.end(), shows);
}

// What it says is thinking where its tags say so.
class ThinkingSink : public RecordingSink {
 public:
  Verdict OnToken(const TokenEvent& event) override {
    RecordingSink::OnToken(event);
    said_[event.sample].push_back(event.token);
    return VerdictOf(said_[event.sample]);
  }
  Verdict Foresee(int32_t index, TokenId token) const override {
    const auto said = said_.find(index);
    std::vector<TokenId> tokens = said == said_.end() ? std::vector<TokenId>() : said->second;
    tokens.push_back(token);
    return VerdictOf(tokens);
  }

 private:
  static Verdict VerdictOf(const std::vector<TokenId>& said) {
    if (IsOpen(said)) return Verdict::kThinking;
    return IsBlank(said) ? Verdict::kBlank : Verdict::kContinue;
  }

  std::map<int32_t, std::vector<TokenId>> said_;
};

inline GenerateRequest ThinkingRequest(std::vector<TokenId> prompt, int32_t max_tokens,
                                       uint64_t seed = 1) {
  GenerateRequest request = MakeRequest(std::move(prompt), max_tokens, seed);
  request.thinking = {
      .close = kClose, .bridge = kBridge, .answer_tokens = 1000, .end_now = nullptr};
  request.loop_guard = true;
  request.sink = std::make_shared<ThinkingSink>();
  return request;
}

// Says `words` over and over, greedily; opens its thinking at the first token of its output.
inline FakeBackend::Model Reciter(std::vector<TokenId> words, size_t n_prompt) {
  return [words, n_prompt](std::span<const TokenId> tokens, std::span<float> logits) {
    FakeBackend::HashModel(tokens, logits);
    const size_t n = tokens.size() - n_prompt;
    logits[static_cast<size_t>(n == 0 ? kOpen : words[(n - 1) % words.size()])] += 30;
    logits[41] -= 30;  // it never thinks of closing it
  };
}

inline std::vector<TokenId> Counting(TokenId first, TokenId last) {
  std::vector<TokenId> words;
  for (TokenId token = first; token <= last; ++token) words.push_back(token);
  return words;
}

}  // namespace lemma::engine
