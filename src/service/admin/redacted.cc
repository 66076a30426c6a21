#include "service/admin/redacted.h"

#include <algorithm>

namespace lemma::admin {

std::string Redacted(const std::string& value) {
  const size_t scheme = value.find("://");
  const bool may_hold_secret =
      scheme != value.npos &&
      (value.find('@', scheme) != value.npos || value.find("password", scheme) != value.npos);
  return may_hold_secret ? value.substr(0, scheme + 3) + "***" : value;
}

std::string HostOfUrl(const std::string& url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == url.npos) return "…";
  const size_t begin = scheme_end + 3;
  const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::string authority = url.substr(begin, end - begin);
  const std::string host = authority.substr(authority.rfind('@') + 1);  // npos + 1: all of it
  return url.substr(0, begin) + host + (end == url.size() ? "" : "/…");
}

}  // namespace lemma::admin
