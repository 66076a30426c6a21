// Streaming text: token by token in, whole UTF-8 characters out.
#pragma once

#include <string>

#include "common/text/tokenizer.h"

namespace lemma::text {

// Holds back a partial UTF-8 character until the token that completes it. Invalid bytes become
// U+FFFD, once it is certain that they are invalid. Concatenated output equals the reference's
// decode of all ids. One stream; not thread-safe; the tokenizer must outlive it.
class Detokenizer {
 public:
  Detokenizer(const Tokenizer& tokenizer, bool skip_special)
      : tokenizer_(&tokenizer), skip_special_(skip_special) {}

  std::string Push(TokenId id);  // the text that became certain, possibly ""
  std::string Finish();          // what was held back, as U+FFFD

 private:
  const Tokenizer* tokenizer_;
  bool skip_special_;
  std::string held_;  // at most 3 bytes: the start of a character
};

}  // namespace lemma::text
