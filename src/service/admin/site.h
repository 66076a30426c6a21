// Where the admin API is reached from a browser, and what follows from it: the session's cookie,
// and which pages may call. Immutable, any thread.
//
// It listens on the loopback alone. Browsers reach it there, or at `origin`, where a proxy on this
// machine ends TLS.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::admin {

class Site {
 public:
  // "": the loopback's own address. kInvalidArgument: not "https://host[:port]".
  static Result<Site> Of(const std::string& origin);

  // kPermissionDenied: the request was made by another site's page. Its Host must be this site's (a
  // name that an attacker points at 127.0.0.1 is not), and where something changes, so must be its
  // Origin and Sec-Fetch-Site where they are sent.
  Status Check(const net::HttpRequest& request) const;

  // Without its port. Behind the proxy: what that one adds to X-Forwarded-For.
  std::string AddressOf(const net::HttpRequest& request) const;

  // The session's token, "" where none is sent.
  std::string_view TokenOf(const net::HttpRequest& request) const;
  // Set-Cookie that makes the browser keep it, or (token "") forget it.
  net::Header CookieOf(std::string_view token) const;

 private:
  explicit Site(std::string origin) : origin_(std::move(origin)) {}
  std::string_view CookieName() const;

  std::string origin_;
};

}  // namespace lemma::admin
