// What a stream has to hold back: the end of a text that may be the start of a pattern.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lemma::text {

// The length of the longest end of `text` that is a start of `pattern`, but not all of it.
inline size_t PartialMatchLength(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return 0;
  for (size_t n = std::min(text.size(), pattern.size() - 1); n > 0; --n) {
    if (pattern.starts_with(text.substr(text.size() - n))) return n;
  }
  return 0;
}

}  // namespace lemma::text
