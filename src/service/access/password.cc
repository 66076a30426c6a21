#include "service/access/password.h"

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

namespace lemma::access {
namespace {

constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

// A hash with the parameters above, of nobody's password.
std::string NobodysHash() {
  return fmt::format("$argon2id$v=19$m={},t={},p={}${}${}", kArgon2MemoryKib, kArgon2Passes,
                     kArgon2Lanes, std::string(22, 'A'), std::string(43, 'A'));
}

}  // namespace

Status CheckPassword(std::string_view password, std::string_view user_name) {
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax) {
    return InvalidArgument(
        fmt::format("must have {} to {} bytes", kPasswordBytesMin, kPasswordBytesMax), "password");
  }
  if (password.find_first_not_of(password[0]) == password.npos || password == user_name) {
    return InvalidArgument("must not be one character again and again, nor the user's name",
                           "password");
  }
  return Ok();
}

Result<std::string> HashPassword(std::string_view password) {
  std::array<unsigned char, kSaltBytes> salt{};
  LEMMA_CHECK(RAND_bytes(salt.data(), salt.size()) == 1, "the system gives no random bytes");
  std::string encoded(argon2_encodedlen(kArgon2Passes, kArgon2MemoryKib, kArgon2Lanes, kSaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  const int result = argon2id_hash_encoded(kArgon2Passes, kArgon2MemoryKib, kArgon2Lanes,
                                           password.data(), password.size(), salt.data(),
                                           salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (result != ARGON2_OK) {
    return Unavailable(std::string("cannot hash a password: ") + argon2_error_message(result));
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool IsPassword(const std::string& hash, std::string_view password) {
  const bool is_hash = hash.starts_with("$argon2id$");
  const std::string encoded = is_hash ? hash : NobodysHash();
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK && is_hash;
}

}  // namespace lemma::access
