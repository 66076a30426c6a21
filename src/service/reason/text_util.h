// Small helpers on text that the files of this room share.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace lemma::reason {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Letters of ASCII only.
inline std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

inline std::string_view TrimAnyOf(std::string_view text, std::string_view what) {
  const size_t begin = text.find_first_not_of(what);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}
inline std::string_view Trim(std::string_view text) { return TrimAnyOf(text, " \t\r\n"); }
// Of a sentence's end, but not the point of ".5"; that of "...5" is none.
inline std::string_view TrimAroundNumber(std::string_view text, std::string_view what) {
  const std::string_view trimmed = TrimAnyOf(text, what);
  if (trimmed.empty() || !IsDigit(trimmed[0])) return trimmed;
  const std::string_view before = text.substr(0, trimmed.data() - text.data());
  const bool has_point = before.ends_with('.') && !before.ends_with("..");
  return has_point ? text.substr(before.size() - 1, trimmed.size() + 1) : trimmed;
}
inline std::string_view TrimPunctuation(std::string_view text) {
  return TrimAnyOf(text, " \t\r\n.,;:!");
}

}  // namespace lemma::reason
