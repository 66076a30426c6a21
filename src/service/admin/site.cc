#include "service/admin/site.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/net/address.h"
#include "common/net/bearer.h"
#include "common/net/foreign.h"

namespace lemma::admin {
namespace {

constexpr std::string_view kHttps = "https://";

Status Foreign(std::string message) {
  return Status(StatusCode::kPermissionDenied, std::move(message));
}

bool IsLoopbackHost(std::string_view host) {
  const auto address = net::ParseAddress(std::string(net::WithoutPort(host)) + ":1");
  return address.ok() && net::IsLoopback(*address);
}

// The last element of that list, "" where there is none. Lines of one name are one list (RFC 9110,
// 5.3): a proxy adds its part to the last line, or a line of its own behind the client's.
std::string_view LastForwarded(const net::HttpRequest& request) {
  const auto line =
      std::find_if(request.headers.rbegin(), request.headers.rend(), [](const net::Header& header) {
        return net::EqualsIgnoreCase(header.name, "x-forwarded-for");
      });
  if (line == request.headers.rend()) return "";
  const std::string_view list = line->value;
  return net::WithoutBlanks(list.substr(list.rfind(',') + 1));  // npos + 1: all of it
}

}  // namespace

Result<Site> Site::Of(const std::string& origin) {
  if (origin.empty()) return Site("");
  const bool is_origin = origin.starts_with(kHttps) && origin.size() > kHttps.size() &&
                         origin.find_first_of("/?#@ \t", kHttps.size()) == origin.npos;
  if (is_origin) return Site(origin);
  return InvalidArgument("must be https://host or https://host:port, is \"" + origin + "\"");
}

Status Site::Check(const net::HttpRequest& request) const {
  const std::string_view host = request.header("host");
  const bool is_ours =
      IsLoopbackHost(host) ||
      (!origin_.empty() && host == std::string_view(origin_).substr(kHttps.size()));
  if (!is_ours) {
    return Foreign(
        "the Host of this request is not where the admin API is: use 127.0.0.1, or start "
        "the service with --admin-origin");
  }
  if (request.method == "GET" || request.method == "HEAD") return Ok();
  const std::string_view sent = request.header("origin");
  const std::string expected = origin_.empty() ? fmt::format("http://{}", host) : origin_;
  if (!sent.empty() && sent != expected)
    return Foreign("the Origin of this request is another site");
  if (net::IsOfAnotherSite(request)) return Foreign("another site's page made this request");
  return Ok();
}

std::string Site::AddressOf(const net::HttpRequest& request) const {
  // Anybody may write what stands before the proxy's own part.
  const std::string_view last = origin_.empty() ? "" : LastForwarded(request);
  constexpr std::string_view kOfAddresses = "0123456789abcdefABCDEF.:[]";
  if (!last.empty() && last.size() <= 64 && last.find_first_not_of(kOfAddresses) == last.npos) {
    return std::string(last);
  }
  return std::string(net::WithoutPort(request.peer));
}

// A cookie named __Host- is taken from this host's TLS alone, for all of its paths; without TLS a
// browser refuses that name.
std::string_view Site::CookieName() const {
  return origin_.empty() ? "lemma_admin" : "__Host-lemma_admin";
}

std::string_view Site::TokenOf(const net::HttpRequest& request) const {
  std::string_view rest = request.header("cookie");
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = net::WithoutBlanks(rest.substr(0, end));
    const size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == CookieName() && equals < pair.size()) {
      return pair.substr(equals + 1);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return "";
}

net::Header Site::CookieOf(std::string_view token) const {
  return {"Set-Cookie",
          fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", CookieName(), token,
                      origin_.empty() ? "" : "; Secure", token.empty() ? "; Max-Age=0" : "")};
}

}  // namespace lemma::admin
