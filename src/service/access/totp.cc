#include "service/access/totp.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/base/check.h"
#include "common/base/constant_time.h"

namespace lemma::access {

std::string TotpCode(std::string_view secret, int64_t step, int n_digits) {
  unsigned char counter[8];
  for (int i = 0; i < 8; ++i) counter[i] = static_cast<unsigned char>(step >> (56 - 8 * i));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter,
                          sizeof(counter), digest, &n_bytes);
  LEMMA_CHECK(made != nullptr, "HMAC-SHA-1 failed");
  // RFC 4226, 5.3: 31 bits from where the last four bits say.
  const unsigned char* at = digest + (digest[n_bytes - 1] & 0x0f);
  const uint32_t bits = static_cast<uint32_t>(at[0] & 0x7f) << 24 |
                        static_cast<uint32_t>(at[1]) << 16 | static_cast<uint32_t>(at[2]) << 8 |
                        at[3];
  uint32_t modulus = 1;
  for (int i = 0; i < n_digits; ++i) modulus *= 10;
  return fmt::format("{:0{}}", bits % modulus, n_digits);
}

std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, int64_t now_ms,
                                 int64_t last_step) {
  const int64_t now = now_ms / kTotpStepMs;
  std::optional<int64_t> matched;
  for (int64_t step = now - 1; step <= now + 1; ++step) {
    const bool is_equal = EqualInConstantTime(TotpCode(secret, step), code);
    if (is_equal && step > last_step && !matched) matched = step;
  }
  return matched;
}

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  uint32_t bits = 0;
  int n_bits = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (n_bits += 8; n_bits >= 5; n_bits -= 5) text += kDigits[bits >> (n_bits - 5) & 31];
  }
  if (n_bits > 0) text += kDigits[bits << (5 - n_bits) & 31];
  return text;
}

std::string OtpauthUrl(std::string_view secret, std::string_view user) {
  return fmt::format(
      "otpauth://totp/Lemma:{}?secret={}&issuer=Lemma&algorithm=SHA1&digits=6&period=30", user,
      Base32(secret));
}

}  // namespace lemma::access
