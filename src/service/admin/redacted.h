// What an option's value shows of itself. Pure.
#pragma once

#include <string>

namespace lemma::admin {

// "postgresql://user:password@host/x?password=y" -> "postgresql://***": of an address that may hold
// a secret the scheme alone is left. Anything else stays.
std::string Redacted(const std::string& value);

}  // namespace lemma::admin
