// A verdict as HTTP headers, in the spelling that OpenAI's clients read. Pure, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "service/access/limits.h"

namespace lemma::access {

// x-ratelimit-{limit,remaining,reset}-{requests,tokens} for the limits there are; where refused
// also retry-after (whole seconds, at least 1), retry-after-ms and x-should-retry. "false": nothing
// will change within the minute that clients are willing to wait.
std::vector<std::pair<std::string, std::string>> LimitHeaders(const Verdict& verdict);

// For the client: which limit, and when to come back.
std::string RefusalText(const Verdict& verdict);

}  // namespace lemma::access
