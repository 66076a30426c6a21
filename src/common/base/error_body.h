// A Status as clients of the OpenAI protocol read it: an HTTP status and a JSON body,
// {"error":{"message","type","param","code"}}, which may also be an event of a stream. Both towers
// answer with it.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma {

// Of a message or param; what is cut off is shown by "...". Bytes that are not UTF-8 are U+FFFD.
inline constexpr size_t kErrorTextBytesMax = 512;

int HttpStatusOf(const Status& status);

// `param` is the status's field, and the message begins with it. `code` "" takes the usual one.
std::string ErrorBody(const Status& status, std::string_view code = "");

// For what HTTP itself refuses (405, 408, 413, 431, ...): no Status stands for it.
std::string HttpErrorBody(int http_status, std::string_view message);

}  // namespace lemma
