#include "common/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>

#include "common/net/http.h"

namespace lemma::net {
namespace {

Status Bad(std::string_view text, const char* why) {
  return InvalidArgument("\"" + std::string(text) + "\" is not an address: " + why);
}

std::string JoinHostPort(const std::string& host, uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool IsHostChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_';
}

bool IsHost(std::string_view host) {
  for (char c : host) {
    if (!IsHostChar(c)) return false;
  }
  return !host.empty();
}

bool IsIpv6(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

Result<Address> ParseUnix(std::string_view text, std::string_view path) {
  if (path.empty()) return Bad(text, "the path of the socket is missing");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return Bad(text, "the path is over 107 bytes");
  if (path.find('\0') != path.npos) return Bad(text, "the path has a zero byte");
  Address address;
  address.is_unix = true;
  address.path = path;
  return address;
}

}  // namespace

std::string Address::ToString() const {
  if (is_unix) return "unix:" + path;
  return (is_tls ? "https://" : "") + Authority();
}

std::string Address::Authority() const { return is_unix ? "localhost" : JoinHostPort(host, port); }

Result<Address> ParseAddress(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with("unix:")) return ParseUnix(text, rest.substr(5));
  Address address;
  address.is_tls = rest.starts_with("https://");
  if (address.is_tls || rest.starts_with("http://")) {
    rest.remove_prefix(rest.find("//") + 2);
    if (rest.ends_with('/')) rest.remove_suffix(1);
  }
  std::string with_port(rest);
  if (address.is_tls && rest.find(':', rest.find(']') + 1) == rest.npos) with_port += ":443";
  rest = with_port;
  const size_t colon = rest.rfind(':');
  if (colon == rest.npos) return Bad(text, "expected host:port or unix:/path");

  const std::string_view digits = rest.substr(colon + 1);
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, address.port);
  if (digits.empty() || error != std::errc() || stop != end) {
    return Bad(text, "the port must be a number from 0 to 65535");
  }
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    address.host = host.substr(1, host.size() - 2);
    if (!IsIpv6(address.host)) return Bad(text, "what is in brackets is not an IPv6 address");
    return address;
  }
  if (!IsHost(host)) return Bad(text, "the host is missing or has characters no host can have");
  address.host = host;
  return address;
}

Result<Address> ParseBaseUrl(std::string_view text) {
  if (text.starts_with("http")) {
    if (text.ends_with('/')) text.remove_suffix(1);
    if (text.ends_with("/v1")) text.remove_suffix(3);
  }
  return ParseAddress(text);
}

bool IsLoopback(const Address& address) {
  if (address.is_unix || EqualsIgnoreCase(address.host, "localhost")) return true;
  in_addr v4;
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, address.host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string_view WithoutPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  const bool has_port = colon != text.npos && text.find(']', colon) == text.npos;
  return has_port ? text.substr(0, colon) : text;
}

std::string SockaddrToString(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    return JoinHostPort(text, ntohs(v4->sin_port));
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    return JoinHostPort(text, ntohs(v6->sin6_port));
  }
  return "unix";
}

}  // namespace lemma::net
