#include "service/admin/redacted.h"

namespace lemma::admin {

std::string Redacted(const std::string& value) {
  const size_t scheme = value.find("://");
  const bool may_hold_secret =
      scheme != value.npos &&
      (value.find('@', scheme) != value.npos || value.find("password", scheme) != value.npos);
  return may_hold_secret ? value.substr(0, scheme + 3) + "***" : value;
}

}  // namespace lemma::admin
