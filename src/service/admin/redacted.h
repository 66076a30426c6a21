// What an option's value or an address shows of itself. Pure.
#pragma once

#include <string>

namespace lemma::admin {

// "postgresql://user:password@host/x?password=y" -> "postgresql://***": of an address that may hold
// a secret the scheme alone is left. Anything else stays.
std::string Redacted(const std::string& value);

// "https://user:password@host:8/path?query" -> "https://host:8/…": whatever else an address has may
// be what opens it. One without more stays.
std::string HostOfUrl(const std::string& url);

}  // namespace lemma::admin
