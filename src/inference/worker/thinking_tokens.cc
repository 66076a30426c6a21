#include "inference/worker/thinking_tokens.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace lemma::worker {
namespace {

// The blank line is what models of this family write themselves; the real token, where there is
// one: a tag spelled in pieces misleads them (antirez/ds4#898).
constexpr std::string_view kCloseTag = "</think>";
constexpr std::string_view kClose = "</think>\n\n";
constexpr std::string_view kBridge =
    "\n\nThe budget for thinking is used up, so I now give the best answer that I have.\n";

}  // namespace

ThinkingTokens ThinkingTokensOf(const text::Tokenizer& tokenizer) {
  ThinkingTokens tokens = {.close = tokenizer.Encode(kClose, text::SpecialTokens::kRecognize),
                           .bridge = tokenizer.Encode(kBridge, text::SpecialTokens::kAsText)};
  std::string said;
  while (said.find(kCloseTag) == std::string::npos) {
    said += tokenizer.TokenBytes(tokens.close[static_cast<size_t>(tokens.n_tag++)]);
  }
  return tokens;
}

bool EndsInThinking(const text::Tokenizer& tokenizer, std::span<const text::TokenId> prompt) {
  constexpr size_t kTailTokens = 16;  // the tag in single bytes, and some white space
  const auto tail = prompt.last(std::min(prompt.size(), kTailTokens));
  std::string text = tokenizer.Decode({tail.begin(), tail.end()}, /*skip_special=*/false);
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text.ends_with("<think>");
}

}  // namespace lemma::worker
