// Added tokens ("<|im_end|>", "<think>") and the places where a text spells them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/text/tokenizer.h"

namespace lemma::text {

// Found in the text as written, before normalising and splitting, or (where `normalized`) in the
// normalised text.
struct AddedToken {
  std::string content;  // never empty
  TokenId id = 0;
  bool special = false;
  bool normalized = false;
};

// Finds added tokens in texts: from left to right, at each place the longest.
class AddedTokenFinder {
 public:
  void Add(const AddedToken& token);

  // Calls on_text(std::string_view) and on_token(const AddedToken&) for the parts of `text`, in
  // order. Parts of text are never empty.
  template <typename OnText, typename OnToken>
  void Split(std::string_view text, const OnText& on_text, const OnToken& on_token) const {
    size_t done = 0;
    for (size_t at = 0; !empty_ && at < text.size();) {
      const AddedToken* token = At(text.substr(at));
      if (token == nullptr) {
        ++at;
        continue;
      }
      if (at > done) on_text(text.substr(done, at - done));
      on_token(*token);
      done = at += token->content.size();
    }
    if (done < text.size()) on_text(text.substr(done));
  }

 private:
  // The longest that `text`, which is not empty, starts with; null if there is none.
  const AddedToken* At(std::string_view text) const {
    for (const AddedToken& token : by_first_byte_[static_cast<uint8_t>(text[0])]) {
      if (text.starts_with(token.content)) return &token;
    }
    return nullptr;
  }

  std::array<std::vector<AddedToken>, 256> by_first_byte_;  // each with the longest first
  bool empty_ = true;
};

}  // namespace lemma::text
