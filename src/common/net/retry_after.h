// When a request that was refused may be sent again.
#pragma once

#include <chrono>
#include <string>

#include "common/net/http.h"

namespace lemma::net {

// In the spellings that there are: seconds for HTTP (RFC 9110, section 10.2.3), milliseconds and
// whether at all for OpenAI's clients.
inline void AddRetryAfter(HttpResponse& response, std::chrono::milliseconds wait) {
  const int64_t seconds = (wait.count() + 999) / 1000;
  response.headers.push_back({"Retry-After", std::to_string(seconds)});
  response.headers.push_back({"retry-after-ms", std::to_string(wait.count())});
  response.headers.push_back({"x-should-retry", "true"});
}

// It should not be: OpenAI's clients would, after any 5xx.
inline void AddNoRetry(HttpResponse& response) {
  response.headers.push_back({"x-should-retry", "false"});
}

}  // namespace lemma::net
