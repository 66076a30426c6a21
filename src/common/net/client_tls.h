// TLS as a client speaks it: whom it trusts, and that the server is who it was asked for. Internal
// to the room: shows Asio.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

#include "common/net/stream.h"

namespace lemma::net {

// TLS 1.2 and later. Trusts the system's certificate authorities and those of the files that
// OpenSSL's environment names (SSL_CERT_FILE, SSL_CERT_DIR).
std::shared_ptr<boost::asio::ssl::context> ClientTlsContext();

// Before the handshake: asks for `host`, a name or an IP address, and takes no other's certificate.
void ExpectHost(Stream::Tls& tls, const std::string& host);

// Why the handshake failed: what is wrong with the certificate, or the error.
std::string HandshakeProblem(Stream::Tls& tls, const boost::system::error_code& error);

}  // namespace lemma::net
