// The key that a request presents (RFC 6750, section 2.1).
#pragma once

#include <string_view>

#include "common/net/http.h"

namespace lemma::net {

inline std::string_view WithoutBlanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Of "Authorization: Bearer KEY", as long as the request is there; "": there is none.
inline std::string_view BearerKey(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  if (!EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) return "";
  return WithoutBlanks(authorization.substr(kScheme.size()));
}

}  // namespace lemma::net
