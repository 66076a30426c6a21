#include "common/net/client_tls.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace lemma::net {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

std::shared_ptr<ssl::context> ClientTlsContext() {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ErrorCode none_there;  // then nobody is trusted, and each handshake says so
  context->set_default_verify_paths(none_there);
  context->set_verify_mode(ssl::verify_peer);
  return context;
}

void ExpectHost(Stream::Tls& tls, const std::string& host) {
  SSL* const handle = tls.native_handle();
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1) return;
  SSL_set_tlsext_host_name(handle, host.c_str());
  SSL_set1_host(handle, host.c_str());
}

std::string HandshakeProblem(Stream::Tls& tls, const ErrorCode& error) {
  const long verdict = SSL_get_verify_result(tls.native_handle());
  if (verdict == X509_V_OK) return error.message();
  return std::string("its certificate: ") + X509_verify_cert_error_string(verdict);
}

}  // namespace lemma::net
