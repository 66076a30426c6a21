// Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, 30 seconds, six
// digits. Pure code, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lemma::access {

inline constexpr int64_t kTotpStepMs = 30'000;
inline constexpr size_t kTotpSecretBytes = 20;  // RFC 4226, section 4: as long as SHA-1's output

// The HOTP value (RFC 4226) of step number `step` since 1970, with leading zeros. `secret` is
// bytes.
std::string TotpCode(std::string_view secret, int64_t step, int n_digits = 6);

// The step that `code` is of: the present one, or one before or after it (clocks differ), but none
// up to `last_step`, the last one accepted. Compares in constant time. Nothing: not a valid code.
std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, int64_t now_ms,
                                 int64_t last_step);

// RFC 4648, without padding: how a secret is typed into an app.
std::string Base32(std::string_view bytes);

// What an app reads from a QR code. `user` needs no escaping (IsUserName).
std::string OtpauthUrl(std::string_view secret, std::string_view user);

}  // namespace lemma::access
