// Any bytes as text that JSON may hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lemma {

// Valid UTF-8 of at most bytes_max bytes: what is none becomes U+FFFD; "..." follows where it is
// cut.
std::string Utf8Text(std::string_view bytes, size_t bytes_max);

}  // namespace lemma
