// The token sequences with which the engine ends a model's thinking: text ends here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/text/tokenizer.h"

namespace lemma::worker {

struct ThinkingTokens {
  std::vector<text::TokenId> close;   // </think> and a blank line: the tag's own token, or its text
  int32_t n_tag = 0;                  // so many of them hold all of the tag
  std::vector<text::TokenId> bridge;  // said before it where the thinking is cut off
};

ThinkingTokens ThinkingTokensOf(const text::Tokenizer& tokenizer);

// Does the prompt end inside the thinking? So it is where the template itself writes <think>.
bool EndsInThinking(const text::Tokenizer& tokenizer, std::span<const text::TokenId> prompt);

}  // namespace lemma::worker
