// Who may ask a worker: whoever presents its key as "Authorization: Bearer KEY"; where it has none,
// all but pages of other sites.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::worker {

// `key`: "": there is none to present. Errors: kUnauthenticated, which does not repeat what was
// sent; kPermissionDenied (net::CheckNotForeign).
Status CheckKey(std::string_view key, const net::HttpRequest& request);

}  // namespace lemma::worker
