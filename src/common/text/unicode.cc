#include "common/text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "common/base/check.h"

namespace lemma::text {
namespace {

constexpr char32_t kCodePoints = 0x110000;
constexpr uint8_t kClassMask = 0x0F;
// The character may change under NFC, or change what is before it: it is not a boundary.
constexpr uint8_t kNfcUnstable = 0x10;

bool IsEcmaScriptSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0xFEFF ||
         utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ZS ||
         c == 0x2028 || c == 0x2029;
}

CharClass ComputeClass(char32_t c) {
  if (c == '\r' || c == '\n') return CharClass::kNewline;
  if (IsEcmaScriptSpace(c)) return CharClass::kSpace;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharClass::kLetter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::kNumber;
    default:
      return CharClass::kOther;
  }
}

// The canonical decomposition of one character, appended.
void AppendDecomposed(char32_t c, std::vector<utf8proc_int32_t>& to) {
  std::array<utf8proc_int32_t, 8> parts;  // the longest canonical decomposition has 4
  int last_boundary_class = 0;
  const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                         parts.size(), UTF8PROC_DECOMPOSE, &last_boundary_class);
  LEMMA_CHECK(n > 0 && n <= static_cast<utf8proc_ssize_t>(parts.size()));
  to.insert(to.end(), parts.begin(), parts.begin() + n);
}

int CombiningClass(utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; }

// Puts a run of combining marks into the canonical order: by class, equals as they came.
// (utf8proc's own way takes quadratic time on a long run, and libstdc++'s stable_sort uses what is
// deprecated.)
void SortMarks(std::vector<utf8proc_int32_t>::iterator begin,
               std::vector<utf8proc_int32_t>::iterator end) {
  if (end - begin < 2) return;
  std::vector<std::pair<uint64_t, utf8proc_int32_t>> marks;
  for (auto it = begin; it != end; ++it) {
    const auto mark_class = static_cast<uint64_t>(CombiningClass(*it));
    marks.emplace_back(mark_class << 32 | marks.size(), *it);
  }
  std::sort(marks.begin(), marks.end());
  std::transform(marks.begin(), marks.end(), begin, [](const auto& mark) { return mark.second; });
}

// NFC of [from, to), which no neighbour can change.
void AppendNormalized(const char* from, const char* to, std::string& out) {
  std::vector<utf8proc_int32_t> chars;
  while (from < to) {
    const ValidChar decoded = DecodeValidUtf8(from);
    AppendDecomposed(decoded.c, chars);
    from += decoded.length;
  }
  for (auto begin = chars.begin(); begin != chars.end();) {
    const auto end =
        std::find_if(begin, chars.end(), [](utf8proc_int32_t c) { return CombiningClass(c) == 0; });
    SortMarks(begin, end);
    begin = end == chars.end() ? end : end + 1;
  }
  const auto n =
      utf8proc_normalize_utf32(chars.data(), static_cast<utf8proc_ssize_t>(chars.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  LEMMA_CHECK(n >= 0);
  for (utf8proc_ssize_t i = 0; i < n; ++i) AppendUtf8(static_cast<char32_t>(chars[i]), out);
}

// Where Unicode has characters: of the planes above the third only in the fourteenth. The others,
// five sixths of all code points, are not assigned or private.
constexpr std::pair<char32_t, char32_t> kAssigned[] = {{0, 0x40000}, {0xE0000, 0xF0000}};

// Class and NFC flag of every code point, in two stages of 256.
class CharTable {
 public:
  CharTable() {
    std::vector<uint8_t> all(kCodePoints, static_cast<uint8_t>(CharClass::kOther));
    for (const auto& [begin, end] : kAssigned) {
      for (char32_t c = begin; c < end; ++c) all[c] = static_cast<uint8_t>(ComputeClass(c));
      MarkUnstable(begin, end, all);
    }
    for (char32_t block = 0; block < kCodePoints / 256; ++block) {
      index_[block] = BlockLike(all.data() + block * 256);
    }
  }

  uint8_t operator[](char32_t c) const { return blocks_[index_[c >> 8] * 256 + (c & 0xFF)]; }

 private:
  static void MarkUnstable(char32_t begin, char32_t end, std::vector<uint8_t>& all) {
    std::vector<utf8proc_int32_t> parts;
    for (char32_t c = std::max<char32_t>(begin, 0x80); c < end; ++c) {
      if (CombiningClass(static_cast<utf8proc_int32_t>(c)) != 0) all[c] |= kNfcUnstable;
      parts.clear();
      AppendDecomposed(c, parts);
      if (parts.size() == 1 && parts[0] == static_cast<utf8proc_int32_t>(c)) continue;
      // What follows first in a decomposition may compose with a character before it.
      for (size_t i = 1; i < parts.size(); ++i) all[parts[i]] |= kNfcUnstable;
      const auto n = utf8proc_normalize_utf32(
          parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
          static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
      if (n != 1 || parts[0] != static_cast<utf8proc_int32_t>(c)) all[c] |= kNfcUnstable;
    }
  }

  uint16_t BlockLike(const uint8_t* block) {
    const size_t n_blocks = blocks_.size() / 256;
    for (size_t i = 0; i < n_blocks; ++i) {
      if (std::memcmp(blocks_.data() + i * 256, block, 256) == 0) return static_cast<uint16_t>(i);
    }
    blocks_.insert(blocks_.end(), block, block + 256);
    return static_cast<uint16_t>(n_blocks);
  }

  std::array<uint16_t, kCodePoints / 256> index_{};
  std::vector<uint8_t> blocks_;
};

// A constant, computed when first asked for (some milliseconds).
const CharTable& Chars() {
  static const CharTable table;
  return table;
}

// The first byte at or after `at` that is not ASCII.
size_t SkipAscii(std::string_view text, size_t at) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  for (uint64_t word; at + sizeof(word) <= text.size(); at += sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

CharClass ClassOf(char32_t c) { return static_cast<CharClass>(Chars()[c] & kClassMask); }

DecodedChar DecodeUtf8(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at);
  if (lead < 0x80) return {lead, 1, true, false};
  int n_more = 0;
  char32_t c = 0;
  uint8_t low = 0x80;  // bounds of the second byte: they exclude long forms and surrogates
  uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    n_more = 1;
    c = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    n_more = 2;
    c = lead & 0x0F;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    n_more = 3;
    c = lead & 0x07;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {0xFFFD, 1, false, false};
  }
  for (int i = 1; i <= n_more; ++i) {
    if (at + i == text.size()) return {0xFFFD, static_cast<uint8_t>(i), false, true};
    const uint8_t next = byte(at + i);
    if (next < low || next > high) return {0xFFFD, static_cast<uint8_t>(i), false, false};
    c = c << 6 | (next & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {c, static_cast<uint8_t>(n_more + 1), true, false};
}

void AppendUtf8(char32_t c, std::string& to) {
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  } else if (c < 0x10000) {
    to += {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  } else {
    to += {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
  }
}

std::string_view ValidUtf8(std::string_view text, std::string& storage) {
  size_t copied = 0;  // what precedes it is in storage
  bool replaced = false;
  for (size_t at = SkipAscii(text, 0); at < text.size(); at = SkipAscii(text, at)) {
    const DecodedChar decoded = DecodeUtf8(text, at);
    if (!decoded.valid) {
      if (!replaced) storage.clear();
      replaced = true;
      storage.append(text, copied, at - copied);
      storage += kReplacementUtf8;
      copied = at + decoded.length;
    }
    at += decoded.length;
  }
  if (!replaced) return text;
  storage.append(text, copied);
  return storage;
}

std::string_view Nfc(std::string_view text, std::string& storage) {
  const CharTable& chars = Chars();
  const char* const end = text.data() + text.size();
  const char* copied = text.data();    // what precedes it is in storage
  const char* boundary = text.data();  // the start of the character before `at`
  bool changed = false;
  for (const char* at = text.data(); at < end;) {
    const ValidChar decoded = DecodeValidUtf8(at);
    if ((chars[decoded.c] & kNfcUnstable) == 0) {
      boundary = at;
      at += decoded.length;
      continue;
    }
    // From the stable character before up to the next: only this stretch can change.
    const char* stretch_end = at;
    while (stretch_end < end) {
      const ValidChar next = DecodeValidUtf8(stretch_end);
      if ((chars[next.c] & kNfcUnstable) == 0) break;
      stretch_end += next.length;
    }
    if (!changed) storage.clear();
    changed = true;
    storage.append(copied, boundary);
    AppendNormalized(boundary, stretch_end, storage);
    copied = at = boundary = stretch_end;
  }
  if (!changed) return text;
  storage.append(copied, end);
  return storage;
}

}  // namespace lemma::text
