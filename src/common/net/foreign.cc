#include "common/net/foreign.h"

#include <arpa/inet.h>

#include <string>

#include "common/net/address.h"

namespace lemma::net {

bool IsOfAnotherSite(const HttpRequest& request) {
  const std::string_view from = request.header("sec-fetch-site");
  return !from.empty() && from != "same-origin" && from != "none";
}

bool HasForeignHost(const HttpRequest& request) {
  const std::string host(WithoutPort(request.header("host")));
  in_addr v4;
  return host.find('.') != host.npos && !host.starts_with('[') && !host.ends_with(".localhost") &&
         inet_pton(AF_INET, host.c_str(), &v4) != 1;
}

Status CheckNotForeign(const HttpRequest& request) {
  if (IsOfAnotherSite(request)) {
    return Status(StatusCode::kPermissionDenied,
                  "another site's page made this request: it needs an API key");
  }
  if (request.peer != "unix" && HasForeignHost(request)) {
    return Status(
        StatusCode::kPermissionDenied,
        "the Host of this request is a name that anybody may point here: use 127.0.0.1 or "
        "localhost (a proxy may send it), or an API key");
  }
  return Ok();
}

}  // namespace lemma::net
