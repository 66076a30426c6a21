// The little of Unicode that tokenizing needs: UTF-8 in and out, character classes, NFC.
//
// Over utf8proc (Unicode 15.0 in Debian 12). Everything here is linear in the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lemma::text {

inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";  // U+FFFD
inline constexpr size_t kUtf8BytesMax = 4;                            // of one character

// What the splitting pattern asks of a character.
enum class CharClass : uint8_t {
  kOther,
  kLetter,   // \p{L}
  kNumber,   // \p{N}
  kSpace,    // \s but \r and \n
  kNewline,  // \r and \n
};

// \s is ECMAScript's: with U+FEFF, without U+0085 (see README.md).
CharClass ClassOf(char32_t c);

// One step of decoding. `length` is 1 to 4; for bytes that are no character, `valid` is false and
// `length` counts the bytes that one U+FFFD replaces (WHATWG: a maximal part of a character, or one
// byte).
struct DecodedChar {
  char32_t c;
  uint8_t length;
  bool valid;
  bool truncated;  // not valid, but more bytes at the end of the text could make it so
};
DecodedChar DecodeUtf8(std::string_view text, size_t at);  // at < text.size()

// As DecodeUtf8, for text known to be valid.
struct ValidChar {
  char32_t c;
  uint32_t length;
};
inline ValidChar DecodeValidUtf8(const char* at) {
  const auto byte = [at](int i) { return static_cast<char32_t>(static_cast<uint8_t>(at[i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (lead < 0xF0) return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F),
          4};
}

void AppendUtf8(char32_t c, std::string& to);

// `text` itself where it is valid UTF-8; else `storage`, filled with `text` and U+FFFD for what is
// not.
std::string_view ValidUtf8(std::string_view text, std::string& storage);

// The NFC form of valid UTF-8: `text` itself where it already is, else `storage`, filled.
std::string_view Nfc(std::string_view text, std::string& storage);

}  // namespace lemma::text
