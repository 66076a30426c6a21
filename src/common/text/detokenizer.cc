#include "common/text/detokenizer.h"

#include <utility>

#include "common/text/unicode.h"

namespace lemma::text {
namespace {

// The length of a character's start at the end of `text`, which more bytes could complete.
size_t IncompleteTail(std::string_view text) {
  for (size_t n = 1; n < kUtf8BytesMax && n <= text.size(); ++n) {
    const auto byte = static_cast<uint8_t>(text[text.size() - n]);
    if (byte < 0x80) return 0;
    if (byte >= 0xC0) return DecodeUtf8(text, text.size() - n).truncated ? n : 0;
  }
  return 0;
}

}  // namespace

std::string Detokenizer::Push(TokenId id) {
  if (skip_special_ && tokenizer_->IsSpecial(id)) return "";
  const std::string bytes = std::exchange(held_, "").append(tokenizer_->TokenBytes(id));
  const size_t certain = bytes.size() - IncompleteTail(bytes);
  held_ = bytes.substr(certain);
  std::string storage;
  return std::string(ValidUtf8(std::string_view(bytes).substr(0, certain), storage));
}

std::string Detokenizer::Finish() {
  return std::exchange(held_, "").empty() ? "" : std::string(kReplacementUtf8);
}

}  // namespace lemma::text
