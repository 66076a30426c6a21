#include "service/access/key_text.h"

#include <openssl/rand.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>

#include "common/base/check.h"

namespace lemma::access {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr size_t kSecretChars = 30;
constexpr size_t kChecksumChars = 6;  // 62^6 > 2^32
static_assert(kKeyPrefix.size() + kKeyHandleChars + kSecretChars + kChecksumChars == kKeyTextChars);

std::string Checksum(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  uint32_t rest = crc.checksum();
  std::string digits(kChecksumChars, '0');
  for (size_t i = kChecksumChars; i-- > 0; rest /= 62) digits[i] = kDigits[rest % 62];
  return digits;
}

}  // namespace

std::string RandomBase62(size_t n) {
  std::string text;
  while (text.size() < n) {
    unsigned char byte = 0;
    LEMMA_CHECK(RAND_bytes(&byte, 1) == 1, "the system gives no random bytes");
    if (byte < 248) text += kDigits[byte % 62];  // 248 = 4 x 62: no digit is likelier
  }
  return text;
}

std::string MakeKeyText() {
  const std::string text =
      std::string(kKeyPrefix) + RandomBase62(kKeyHandleChars) + RandomBase62(kSecretChars);
  return text + Checksum(text);
}

Status CheckKeyText(std::string_view text) {
  const bool is_alike = text.size() == kKeyTextChars && text.starts_with(kKeyPrefix) &&
                        std::all_of(text.begin() + kKeyPrefix.size(), text.end(), [](char c) {
                          return kDigits.find(c) != std::string_view::npos;
                        });
  if (!is_alike) {
    return Status(StatusCode::kUnauthenticated,
                  "this is not a Lemma API key: one begins with lemma_ and has 50 characters");
  }
  const size_t n_summed = kKeyTextChars - kChecksumChars;
  if (Checksum(text.substr(0, n_summed)) != text.substr(n_summed)) {
    return Status(StatusCode::kUnauthenticated,
                  "this API key was mistyped or cut: its checksum does not fit");
  }
  return Ok();
}

std::string_view KeyHandle(std::string_view text) {
  return text.substr(kKeyPrefix.size(), kKeyHandleChars);
}

}  // namespace lemma::access
