// The text of an API key, as a client presents it:
//
//   lemma_ hhhhhhhh ssssssssssssssssssssssssssssss cccccc      50 characters, without the spaces
//          |        |                              CRC-32 of all before it, in base 62
//          |        178 random bits: the secret
//          the handle: public, finds the key's row and names the secret in lists and logs
//
// Digits are 0-9 A-Z a-z. Secret scanners find it as lemma_[0-9A-Za-z]{44}, and by the checksum
// know it from a look-alike. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::access {

inline constexpr std::string_view kKeyPrefix = "lemma_";
inline constexpr size_t kKeyHandleChars = 8;
inline constexpr size_t kKeyTextChars = 50;

// n characters of base 62 from the system's cryptographic generator.
std::string RandomBase62(size_t n);

std::string MakeKeyText();

// kUnauthenticated: not a key at all, or one that was mistyped or cut (its checksum is wrong). An
// ok text is well formed; whether any server knows it is another question. The message never
// repeats the text.
Status CheckKeyText(std::string_view text);

// Requires a text that passed CheckKeyText.
std::string_view KeyHandle(std::string_view text);

}  // namespace lemma::access
