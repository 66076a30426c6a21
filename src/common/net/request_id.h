// The id by which a request is found again in the logs and answers of every server it passes.
#pragma once

#include <string>

#include "common/net/http.h"

namespace lemma::net {

// The client's x-request-id where it can mislead no log: 1 to 128 letters, digits and -_.: alone.
// Else a new one, "req-" and 32 hex digits.
std::string RequestIdOf(const HttpRequest& request);

}  // namespace lemma::net
