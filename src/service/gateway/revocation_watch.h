// Ends what the requests of a key run once the key is revoked, by whatever process: what was
// admitted before is not answered to its end.
#pragma once

#include <chrono>
#include <memory>

#include "service/gateway/live_requests.h"
#include "service/store/key_cache.h"
#include "service/store/periodic_task.h"

namespace lemma::gateway {

// A thread of its own looks at the requests whenever keys have changed.
class RevocationWatch {
 public:
  // Both outlive it.
  RevocationWatch(store::KeyCache& keys, LiveRequests& live,
                  std::chrono::milliseconds interval = std::chrono::milliseconds(250));

 private:
  void Look();

  store::KeyCache& keys_;
  LiveRequests& live_;
  // Of the task's thread.
  std::shared_ptr<const store::KeySnapshot> seen_;
  bool looks_again_ = false;
  store::PeriodicTask task_;  // last: it uses the others
};

}  // namespace lemma::gateway
