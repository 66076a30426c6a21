// What a request's target says beside its path. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::net {

// "%41" -> "A". kInvalidArgument: half an escape, or an encoded zero byte.
Result<std::string> DecodePercent(std::string_view text);

// "/v1/x?a=1&b=%20" -> a: "1", b: " ". A '+' is a space; a name without '=' has the value "".
// Errors: those of DecodePercent, and kInvalidArgument, field: a name that stands twice.
Result<std::map<std::string, std::string>> QueryOf(std::string_view target);

}  // namespace lemma::net
