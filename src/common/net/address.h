// Where to listen and whom to call, in the one notation that flags and config files use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/status.h"

struct sockaddr;

namespace lemma::net {

struct Address {
  bool is_unix = false;
  bool is_tls = false;  // https
  std::string path;     // is_unix: of the socket
  std::string host;     // otherwise: a name or an IP address, without brackets
  uint16_t port = 0;

  // As ParseAddress reads it: "127.0.0.1:8080", "[::1]:8080", "https://host:443", "unix:/path".
  std::string ToString() const;
  // Of a request's Host: without the scheme; "localhost" of a Unix socket.
  std::string Authority() const;
};

// "host:port", "[ipv6]:port", "http://host:port[/]", "https://host[:port][/]", "unix:/path".
// Errors: kInvalidArgument, with what is wrong with it.
Result<Address> ParseAddress(std::string_view text);

// As ParseAddress, for what clients call a server's base URL: "http://host:port/v1" with or without
// its path and a '/' at its end.
Result<Address> ParseBaseUrl(std::string_view text);

// Can nobody but this machine's own programs reach it? A Unix socket, "localhost", 127.0.0.0/8,
// ::1. Another name is not asked about: no.
bool IsLoopback(const Address& address);

// "[::1]:8081" -> "[::1]"; the text itself where there is no port.
std::string_view WithoutPort(std::string_view text);

// The address that the operating system reports for a TCP peer; "unix" for any other.
std::string SockaddrToString(const sockaddr* address);

}  // namespace lemma::net
