#include "common/net/tls_context.h"

#include <openssl/ssl.h>

#include <utility>

#include "common/base/file.h"
#include "common/base/log.h"

namespace lemma::net {
namespace {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

constexpr uint64_t kPemBytesMax = 1 << 20;

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::Load(const TlsFiles& files) {
  const Stamps stamps = StampsOf(files);  // before: a change while it reads is then seen
  LEMMA_ASSIGN_OR_RETURN(Context context, Read(files));
  return std::unique_ptr<TlsContext>(new TlsContext(files, std::move(context), stamps));
}

Result<TlsContext::Context> TlsContext::Read(const TlsFiles& files) {
  LEMMA_ASSIGN_OR_RETURN(const std::string cert, ReadFile(files.cert_file, kPemBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const std::string key, ReadFile(files.key_file, kPemBytesMax));
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ErrorCode error;
  context->use_certificate_chain(boost::asio::buffer(cert), error);
  if (error) {
    return InvalidArgument(files.cert_file + ": no certificate in PEM: " + error.message());
  }
  context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  if (error) {
    return InvalidArgument(files.key_file + ": no private key in PEM that belongs to " +
                           files.cert_file + ": " + error.message());
  }
  return context;
}

TlsContext::Stamps TlsContext::StampsOf(const TlsFiles& files) {
  std::error_code absent;  // then the time is the smallest there is
  return {std::filesystem::last_write_time(files.cert_file, absent),
          std::filesystem::last_write_time(files.key_file, absent)};
}

std::shared_ptr<ssl::context> TlsContext::Current() {
  const Stamps stamps = StampsOf(files_);
  MutexLock lock(mutex_);
  if (stamps == stamps_) return context_;
  stamps_ = stamps;
  Result<Context> read = Read(files_);
  if (read.ok()) {
    context_ = std::move(*read);
    LogInfo("net: the TLS certificate is read anew");
  } else {
    LogWarning("net: the TLS certificate stays as it was: {}", read.status().message());
  }
  return context_;
}

}  // namespace lemma::net
