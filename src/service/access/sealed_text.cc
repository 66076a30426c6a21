#include "service/access/sealed_text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <memory>

namespace lemma::access {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Set up with the purpose's key and the nonce; CHECKs, for nothing of it depends on what is read.
Context Begin(const KeySecret& secret, std::string_view purpose, std::string_view nonce,
              bool encrypts) {
  std::string key;
  boost::algorithm::unhex(secret.Hash("seal " + std::string(purpose)), std::back_inserter(key));
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  const bool is_begun = context && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                                     Bytes(key), Bytes(nonce), encrypts) == 1;
  LEMMA_CHECK(is_begun, "AES-256-GCM cannot be had");
  return context;
}

}  // namespace

std::string Seal(const KeySecret& secret, std::string_view purpose, std::string_view text) {
  std::string nonce(kNonceBytes, '\0');
  LEMMA_CHECK(RAND_bytes(Bytes(nonce), kNonceBytes) == 1, "the system gives no random bytes");
  const Context context = Begin(secret, purpose, nonce, /*encrypts=*/true);
  std::string cipher(text.size(), '\0');
  std::string tag(kTagBytes, '\0');
  int n = 0;
  const bool is_sealed =
      EVP_CipherUpdate(context.get(), Bytes(cipher), &n, Bytes(text),
                       static_cast<int>(text.size())) == 1 &&
      EVP_CipherFinal_ex(context.get(), nullptr, &n) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  LEMMA_CHECK(is_sealed, "AES-256-GCM failed");
  return boost::algorithm::hex_lower(nonce + cipher + tag);
}

Result<std::string> Unseal(const KeySecret& secret, std::string_view purpose,
                           std::string_view sealed) {
  const Status damaged = DataLoss("a stored secret is damaged, or of another key-secret file");
  std::string bytes;
  try {
    boost::algorithm::unhex(sealed, std::back_inserter(bytes));
  } catch (const boost::algorithm::hex_decode_error&) {
    return damaged;
  }
  if (bytes.size() < kNonceBytes + kTagBytes) return damaged;
  std::string tag = bytes.substr(bytes.size() - kTagBytes);
  const std::string cipher = bytes.substr(kNonceBytes, bytes.size() - kNonceBytes - kTagBytes);
  const Context context = Begin(secret, purpose, bytes.substr(0, kNonceBytes), /*encrypts=*/false);
  std::string text(cipher.size(), '\0');
  int n = 0;
  const bool is_whole =
      EVP_CipherUpdate(context.get(), Bytes(text), &n, Bytes(std::string_view(cipher)),
                       static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_CipherFinal_ex(context.get(), nullptr, &n) == 1;
  if (!is_whole) return damaged;
  return text;
}

}  // namespace lemma::access
