// Bytes <-> token ids for the Qwen2 family, read from a Hugging Face tokenizer.json: NFC, the Qwen2
// pre-tokenizer (pretokenizer.h), byte-level BPE, added tokens.
//
// Immutable after loading and safe to use from any number of threads.
// Format: https://huggingface.co/docs/tokenizers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::text {

using TokenId = int32_t;

inline constexpr uint64_t kTokenizerFileBytesMax = 32ull << 20;  // Qwen2.5's has 7 MB

// Ends a document in all of the Qwen2 family.
inline constexpr std::string_view kEndOfText = "<|endoftext|>";

enum class SpecialTokens {
  kAsText,     // user text: a spelled added token, special or not, is plain text
  kRecognize,  // as the reference does: added tokens become their ids
};

class Tokenizer {
 public:
  // `tokenizer_json` is the file's content, `name` names it in errors.
  // Errors (kDataLoss): not JSON, another model than byte-level BPE, an unknown pre-tokenizer or
  // normaliser, ids out of range or repeated, merges of absent tokens.
  static Result<Tokenizer> FromJson(std::string_view tokenizer_json, std::string_view name);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Ids of `text` (any bytes; invalid UTF-8 is encoded as U+FFFD, as the reference does).
  // At most n log n in the text's length, whatever it is.
  std::vector<TokenId> Encode(std::string_view text, SpecialTokens special) const;

  // The bytes of the ids joined. Ids outside the vocabulary yield nothing. With skip_special, added
  // tokens marked special yield nothing either. May end within a UTF-8 character: see Detokenizer.
  std::string Decode(const std::vector<TokenId>& ids, bool skip_special) const;

  // The bytes of one token; "" for an id that the vocabulary lacks.
  std::string_view TokenBytes(TokenId id) const;

  bool IsSpecial(TokenId id) const;
  // The id of an added token by its exact content ("<|im_end|>", "<think>"), if there is one.
  std::optional<TokenId> AddedToken(std::string_view content) const;
  // One more than the largest id.
  int32_t vocab_size() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace lemma::text
