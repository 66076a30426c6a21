// The other end of error_body.h: what a server's error says to a person.
#pragma once

#include <string>
#include <string_view>

namespace lemma {

inline constexpr size_t kForeignErrorBytesMax = 300;

// The message of a body {"error": {"message": ...}}, else the beginning of whatever it is.
std::string ErrorMessageIn(std::string_view body);

}  // namespace lemma
