#include "common/text/tokenizer.h"

#include <functional>

#include "common/text/bpe.h"
#include "common/text/pretokenizer.h"
#include "common/text/unicode.h"
#include "common/text/vocabulary.h"

namespace lemma::text {
namespace {

// Tokens by their bytes, but only those to which merging their bytes leads: a piece that is one of
// them needs no merging. Most pieces of real text are.
class WholeTokens {
 public:
  explicit WholeTokens(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {
    size_t n_slots = 2;
    while (n_slots < 2 * vocabulary.tokens.size()) n_slots *= 2;
    slots_.assign(n_slots, -1);
    Merger merger(vocabulary.merges);
    std::vector<TokenId> ids;
    for (TokenId id = 0; id < static_cast<TokenId>(vocabulary.tokens.size()); ++id) {
      const std::string_view bytes = vocabulary.BytesOf(id);
      if (bytes.empty()) continue;
      ids.clear();
      merger.Append(bytes, vocabulary.byte_ids, ids);
      if (ids.size() != 1 || ids[0] != id) continue;
      size_t slot = SlotOf(bytes);
      while (slots_[slot] >= 0) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = id;
    }
  }

  // -1 where the piece is none.
  TokenId Find(std::string_view piece) const {
    for (size_t slot = SlotOf(piece); slots_[slot] >= 0; slot = (slot + 1) & (slots_.size() - 1)) {
      if (vocabulary_->BytesOf(slots_[slot]) == piece) return slots_[slot];
    }
    return -1;
  }

 private:
  size_t SlotOf(std::string_view bytes) const {
    return std::hash<std::string_view>()(bytes) & (slots_.size() - 1);
  }

  const Vocabulary* vocabulary_;
  std::vector<TokenId> slots_;  // -1: empty
};

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(Vocabulary parsed) : vocabulary(std::move(parsed)), whole_tokens(vocabulary) {
    for (const auto& token : vocabulary.added) {
      (token.normalized ? added_normalized : added_raw).Add(token);
    }
  }

  // `text` is valid UTF-8 in NFC and has no added token to recognise.
  void AppendPieces(std::string_view text, Merger& merger, std::vector<TokenId>& ids) const {
    for (size_t at = 0; at < text.size();) {
      const size_t end = PieceEnd(text, at);
      const std::string_view piece = text.substr(at, end - at);
      const TokenId whole = whole_tokens.Find(piece);
      if (whole >= 0) {
        ids.push_back(whole);
      } else {
        merger.Append(piece, vocabulary.byte_ids, ids);
      }
      at = end;
    }
  }

  const Vocabulary vocabulary;
  const WholeTokens whole_tokens;  // views vocabulary
  AddedTokenFinder added_raw;
  AddedTokenFinder added_normalized;
};

Result<Tokenizer> Tokenizer::FromJson(std::string_view tokenizer_json, std::string_view name) {
  LEMMA_ASSIGN_OR_RETURN(Vocabulary vocabulary, ParseVocabulary(tokenizer_json, name));
  return Tokenizer(std::make_unique<const Impl>(std::move(vocabulary)));
}

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

std::vector<TokenId> Tokenizer::Encode(std::string_view text, SpecialTokens special) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 3 + 8);  // English has some four bytes a token
  Merger merger(impl_->vocabulary.merges);
  std::string valid_storage;
  std::string nfc_storage;
  const std::string_view valid = ValidUtf8(text, valid_storage);
  if (special == SpecialTokens::kAsText) {
    impl_->AppendPieces(Nfc(valid, nfc_storage), merger, ids);
    return ids;
  }
  const auto append_id = [&](const auto& token) { ids.push_back(token.id); };
  const auto append_pieces = [&](std::string_view part) { impl_->AppendPieces(part, merger, ids); };
  const auto append_normalized = [&](std::string_view part) {
    impl_->added_normalized.Split(Nfc(part, nfc_storage), append_pieces, append_id);
  };
  impl_->added_raw.Split(valid, append_normalized, append_id);
  return ids;
}

std::string Tokenizer::Decode(const std::vector<TokenId>& ids, bool skip_special) const {
  std::string bytes;
  for (const TokenId id : ids) {
    if (skip_special && IsSpecial(id)) continue;
    bytes += TokenBytes(id);
  }
  return bytes;
}

std::string_view Tokenizer::TokenBytes(TokenId id) const {
  if (id < 0 || id >= vocab_size()) return "";
  return impl_->vocabulary.BytesOf(id);
}

bool Tokenizer::IsSpecial(TokenId id) const {
  return id >= 0 && id < vocab_size() && impl_->vocabulary.tokens[id].special;
}

std::optional<TokenId> Tokenizer::AddedToken(std::string_view content) const {
  for (const auto& token : impl_->vocabulary.added) {
    if (token.content == content) return token.id;
  }
  return std::nullopt;
}

int32_t Tokenizer::vocab_size() const {
  return static_cast<int32_t>(impl_->vocabulary.tokens.size());
}

}  // namespace lemma::text
