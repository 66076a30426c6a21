#include "service/gateway/revocation_watch.h"

#include <set>
#include <string>

#include "common/base/log.h"

namespace lemma::gateway {

RevocationWatch::RevocationWatch(store::KeyCache& keys, LiveRequests& live,
                                 std::chrono::milliseconds interval)
    : keys_(keys), live_(live), task_(interval, [this] { Look(); }) {}

void RevocationWatch::Look() {
  const auto keys = keys_.Snapshot();
  if (!keys.ok()) return;  // the database is away: nothing is known to be revoked
  const bool has_changed = *keys != seen_;
  if (!has_changed && !looks_again_) return;
  // Once more later: a request may have passed the door before the change and not be listed yet.
  looks_again_ = has_changed;
  seen_ = *keys;
  std::set<std::string> revoked;
  for (const auto& [handle, secret] : seen_->secrets) {
    if (secret.key->revoked_ms != 0) revoked.insert(secret.key->id);
  }
  for (const LiveView& view : live_.EndRevoked(revoked)) {
    LogInfo("gateway: {} is ended: its key {} is revoked", view.id, view.key_id);
  }
}

}  // namespace lemma::gateway
