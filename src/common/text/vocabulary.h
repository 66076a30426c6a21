// What a tokenizer.json holds, checked and in the form that encoding needs. Internal to the room.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/text/added_tokens.h"
#include "common/text/bpe.h"
#include "common/text/tokenizer.h"

namespace lemma::text {

// Bounds on hostile files; Qwen2.5 has 151,665 tokens of at most 128 bytes, 22 of them added.
inline constexpr int32_t kVocabSizeMax = 1 << 20;
inline constexpr size_t kMergesMax = kVocabSizeMax;  // each makes a token
inline constexpr size_t kAddedTokensMax = 4096;
inline constexpr size_t kAddedTokenBytesMax = 256;

struct Vocabulary {
  std::string bytes;  // of all tokens, joined
  struct Token {
    uint32_t begin = 0;
    uint32_t length = 0;  // 0: the vocabulary has no such id
    bool special = false;
  };
  std::vector<Token> tokens;  // [vocab_size]
  std::array<TokenId, 256> byte_ids{};
  MergeTable merges{0};
  std::vector<AddedToken> added;

  std::string_view BytesOf(TokenId id) const {
    return std::string_view(bytes).substr(tokens[id].begin, tokens[id].length);
  }
};

// Errors: see Tokenizer::FromJson.
Result<Vocabulary> ParseVocabulary(std::string_view tokenizer_json, std::string_view name);

}  // namespace lemma::text
