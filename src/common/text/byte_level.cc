#include "common/text/byte_level.h"

#include "common/text/unicode.h"

namespace lemma::text {
namespace {

// Printable bytes stand for themselves; the other 68 are U+0100 and up, in order.
constexpr bool IsPrintable(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

struct Alphabet {
  char32_t char_of[256];
  int byte_of[0x144];  // -1 where the character is none
};

constexpr Alphabet MakeAlphabet() {
  Alphabet alphabet{};
  for (int& byte : alphabet.byte_of) byte = -1;
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const char32_t c = IsPrintable(byte) ? static_cast<char32_t>(byte) : next++;
    alphabet.char_of[byte] = c;
    alphabet.byte_of[c] = byte;
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = MakeAlphabet();

}  // namespace

std::optional<std::string> BytesOfByteLevel(std::string_view token) {
  std::string bytes;
  bytes.reserve(token.size());
  for (size_t at = 0; at < token.size();) {
    const DecodedChar decoded = DecodeUtf8(token, at);
    if (decoded.c >= std::size(kAlphabet.byte_of) || kAlphabet.byte_of[decoded.c] < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(kAlphabet.byte_of[decoded.c]);
    at += decoded.length;
  }
  return bytes;
}

std::string ByteLevelOfBytes(std::string_view bytes) {
  std::string token;
  for (const char byte : bytes) AppendUtf8(kAlphabet.char_of[static_cast<uint8_t>(byte)], token);
  return token;
}

}  // namespace lemma::text
