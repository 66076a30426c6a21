#include "service/access/key_secret.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/file.h"
#include "common/base/random_id.h"

namespace lemma::access {
namespace {

std::string Hex(const unsigned char* bytes, size_t n) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < n; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

Status SystemError(const std::filesystem::path& path, const char* doing) {
  return IoError(path.string() + ": cannot " + doing + ": " + std::strerror(errno));
}

// Written whole beside `path`, then linked: a reader never sees half a secret, and of two writers
// the second finds the first one's file.
Status WriteNew(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + "." + RandomHex();
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError(path, "create");
  Status status;
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(fd) != 0) {
    status = SystemError(path, "write");
  } else if (link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    status = SystemError(path, "create");
  }
  close(fd);
  unlink(temporary.c_str());
  return status;
}

}  // namespace

Result<KeySecret> KeySecret::Load(const std::filesystem::path& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & 0027) != 0) {
    return IoError(path.string() + ": others may read or write this secret; chmod 600 it");
  }
  LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, 1024));
  KeySecret secret;
  const std::string digits = text.substr(0, text.find('\n'));
  const bool is_hex = digits.size() == 2 * secret.bytes_.size() &&
                      digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex) return DataLoss(path.string() + ": not a secret of 64 hexadecimal digits");
  for (size_t i = 0; i < secret.bytes_.size(); ++i) {
    secret.bytes_[i] =
        static_cast<unsigned char>(std::stoi(digits.substr(2 * i, 2), nullptr, /*base=*/16));
  }
  return secret;
}

Result<KeySecret> KeySecret::LoadOrCreate(const std::filesystem::path& path) {
  if (Result<KeySecret> secret = Load(path);
      secret.ok() || secret.status().code() != StatusCode::kNotFound) {
    return secret;
  }
  std::array<unsigned char, 32> bytes{};
  LEMMA_CHECK(RAND_bytes(bytes.data(), bytes.size()) == 1, "the system gives no random bytes");
  LEMMA_RETURN_IF_ERROR(WriteNew(path, Hex(bytes.data(), bytes.size()) + "\n"));
  return Load(path);
}

std::string KeySecret::Hash(std::string_view text) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  const auto* made =
      HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &n_bytes);
  LEMMA_CHECK(made != nullptr, "HMAC-SHA-256 failed");
  return Hex(digest, n_bytes);
}

}  // namespace lemma::access
