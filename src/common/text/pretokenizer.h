// The Qwen2 pre-tokenizer: the pieces of a text within which byte pairs merge.
#pragma once

#include <cstddef>
#include <string_view>

namespace lemma::text {

// The pattern that PieceEnd implements, as tokenizer.json spells it.
inline constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

// The end of the piece of `text` that starts at `begin` (< text.size()), in valid UTF-8. Pieces
// cover the text without a gap, so the next one starts there. Splitting a whole text is linear.
size_t PieceEnd(std::string_view text, size_t begin);

}  // namespace lemma::text
