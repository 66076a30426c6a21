// Who may ask a worker that has a key: whoever presents it as "Authorization: Bearer KEY".
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::worker {

// Ok where `key` is "": then there is none to present. Else kUnauthenticated, which does not repeat
// what was sent.
Status CheckKey(std::string_view key, const net::HttpRequest& request);

}  // namespace lemma::worker
