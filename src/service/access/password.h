// Passwords of people, as argon2id hashes (RFC 9106) in its usual text form, which carries the
// parameters and the salt. Any thread; each call takes 19 MiB and tens of milliseconds, so not for
// an I/O thread and never without a bound on how many run at once.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::access {

// OWASP's Password Storage Cheat Sheet, its first choice for argon2id: 19 MiB, 2 passes, 1 lane.
inline constexpr unsigned kArgon2MemoryKib = 19456;
inline constexpr unsigned kArgon2Passes = 2;
inline constexpr unsigned kArgon2Lanes = 1;

inline constexpr size_t kPasswordBytesMin = 12;
inline constexpr size_t kPasswordBytesMax = 256;

// kInvalidArgument, field "password": too short or too long, of one character alone, or the name of
// its user. Length is all that is asked for: rules of composition make passwords worse.
Status CheckPassword(std::string_view password, std::string_view user_name);

// A new salt each time. kUnavailable: no memory for it.
Result<std::string> HashPassword(std::string_view password);

// Is it the one? A hash that is "" or not argon2id's costs as much as a real one and is never it,
// so that the time of a refusal does not tell whether there is such a user.
bool IsPassword(const std::string& hash, std::string_view password);

}  // namespace lemma::access
