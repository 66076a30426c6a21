#include "common/text/pretokenizer.h"

#include "common/text/unicode.h"

namespace lemma::text {
namespace {

struct Char {
  CharClass char_class;
  size_t end;  // where the next one starts
};

Char CharAt(std::string_view text, size_t at) {
  const ValidChar decoded = DecodeValidUtf8(text.data() + at);
  return {ClassOf(decoded.c), at + decoded.length};
}

bool IsSpace(CharClass c) { return c == CharClass::kSpace || c == CharClass::kNewline; }

// The end of the run of characters of the class that starts at `at`.
size_t RunEnd(std::string_view text, size_t at, CharClass char_class) {
  while (at < text.size()) {
    const Char next = CharAt(text, at);
    if (next.char_class != char_class) break;
    at = next.end;
  }
  return at;
}

// (?i:'s|'t|'re|'ve|'m|'ll|'d) at `begin`, where an apostrophe stands: its end, or `begin`.
size_t ContractionEnd(std::string_view text, size_t begin) {
  const auto lower = [&](size_t i) -> char {  // also maps a few signs, but to no letter
    return begin + i < text.size() ? static_cast<char>(text[begin + i] | 0x20) : '\0';
  };
  switch (lower(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return begin + 2;
    case 'r':
    case 'v':
      return lower(2) == 'e' ? begin + 3 : begin;
    case 'l':
      return lower(2) == 'l' ? begin + 3 : begin;
    default:
      return begin;
  }
}

// \s*[\r\n]+|\s+(?!\S)|\s+ at `begin`, where white space stands.
size_t WhiteSpaceEnd(std::string_view text, size_t begin) {
  size_t after_newline = begin;  // the end of the last newline of the run
  size_t last = begin;           // the start of the run's last character
  size_t end = begin;
  while (end < text.size()) {
    const Char next = CharAt(text, end);
    if (!IsSpace(next.char_class)) break;
    if (next.char_class == CharClass::kNewline) after_newline = next.end;
    last = end;
    end = next.end;
  }
  if (after_newline > begin) return after_newline;
  // The last white space goes with what follows it, unless it is all there is.
  return end == text.size() || last == begin ? end : last;
}

}  // namespace

size_t PieceEnd(std::string_view text, size_t begin) {
  if (text[begin] == '\'') {
    const size_t end = ContractionEnd(text, begin);
    if (end > begin) return end;
  }
  const Char first = CharAt(text, begin);
  if (first.char_class == CharClass::kLetter) return RunEnd(text, first.end, CharClass::kLetter);
  if (first.char_class == CharClass::kNumber) return first.end;

  const bool has_second = first.end < text.size();
  const Char second = has_second ? CharAt(text, first.end) : first;
  if (has_second && second.char_class == CharClass::kLetter &&
      first.char_class != CharClass::kNewline) {
    return RunEnd(text, second.end, CharClass::kLetter);
  }
  const bool space_then_other =
      text[begin] == ' ' && has_second && second.char_class == CharClass::kOther;
  if (first.char_class == CharClass::kOther || space_then_other) {
    const size_t end = RunEnd(text, first.end, CharClass::kOther);
    return RunEnd(text, end, CharClass::kNewline);
  }
  return WhiteSpaceEnd(text, begin);
}

}  // namespace lemma::text
