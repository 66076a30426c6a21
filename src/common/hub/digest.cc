#include "common/hub/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "common/base/file.h"

namespace lemma::hub {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string Hex(const unsigned char* digest, unsigned int n_bytes) {
  std::string hex;
  for (unsigned int i = 0; i < n_bytes; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace

Result<std::string> FileDigest(const std::filesystem::path& path, DigestKind kind) {
  LEMMA_ASSIGN_OR_RETURN(const RandomAccessFile file, RandomAccessFile::Open(path));
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  const EVP_MD* method = kind == DigestKind::kSha256 ? EVP_sha256() : EVP_sha1();
  bool good = context && EVP_DigestInit_ex(context.get(), method, nullptr) == 1;
  if (kind == DigestKind::kGitBlobSha1) {
    const std::string head = "blob " + std::to_string(file.size_bytes()) + '\0';
    good = good && EVP_DigestUpdate(context.get(), head.data(), head.size()) == 1;
  }
  std::vector<char> piece(kPieceBytes);
  for (uint64_t at = 0; at < file.size_bytes();) {
    const size_t bytes = std::min<uint64_t>(kPieceBytes, file.size_bytes() - at);
    LEMMA_RETURN_IF_ERROR(file.ReadAt(at, piece.data(), bytes));
    good = good && EVP_DigestUpdate(context.get(), piece.data(), bytes) == 1;
    at += bytes;
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  good = good && EVP_DigestFinal_ex(context.get(), digest, &n_bytes) == 1;
  if (!good) return Internal("OpenSSL computed no digest of " + path.string());
  return Hex(digest, n_bytes);
}

std::string TextSha1(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  const int good = EVP_Digest(text.data(), text.size(), digest, &n_bytes, EVP_sha1(), nullptr);
  LEMMA_CHECK(good == 1, "OpenSSL has no SHA-1");
  return Hex(digest, n_bytes);
}

}  // namespace lemma::hub
