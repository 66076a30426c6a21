// Errors as the clients of the OpenAI protocol expect them:
// {"error":{"message","type","param","code"}}.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::gateway {

// The body alone, as an event of a stream carries it. The message begins with the status's field
// where it has one. `code` "" takes the usual one of the status.
std::string ErrorBody(const Status& status, const std::string& code = "");

// With Retry-After where trying again later may help (503).
net::HttpResponse ErrorResponse(const Status& status, const std::string& code = "");

// For what HTTP itself refuses (405, 408, 413, 431, ...): no Status stands for it.
net::HttpResponse HttpErrorResponse(int http_status, const std::string& message);

}  // namespace lemma::gateway
