// Who may come in: the API key of a request, checked, and held against what its route needs.
// Thread-safe; nothing here blocks.
#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/access/api_key.h"
#include "service/store/key_cache.h"

namespace lemma::gateway {

// What a route asks of whoever calls it.
enum class RouteNeed {
  kNothing,    // probes
  kAnyKey,     // a key, whatever its scopes
  kInference,  // the scope of that name; "admin" has all of them
  kMetrics,
};

using KeyPtr = std::shared_ptr<const access::ApiKey>;

class Door {
 public:
  // `keys`: null where this server knows none; outlives the door.
  Door(store::KeyCache* keys, bool requires_keys) : keys_(keys), requires_keys_(requires_keys) {}

  // The key that the request presents: "Authorization: Bearer KEY", else "x-api-key: KEY". Null for
  // nobody: where nothing is needed, or no key is required and none of ours is presented (official
  // clients always send some text), and no other site's page asks. What looks like a Lemma key must
  // be one. Errors: kUnauthenticated, kPermissionDenied (its scopes; another site's page),
  // kUnavailable (keys cannot be checked). No message repeats what was presented.
  Result<KeyPtr> Check(const net::HttpRequest& request, RouteNeed need) const;

 private:
  store::KeyCache* const keys_;
  const bool requires_keys_;
};

}  // namespace lemma::gateway
