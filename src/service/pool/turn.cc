#include "service/pool/turn.h"

namespace lemma::pool {

bool Turn::Leave() {
  std::function<void(Placement)> dropped;  // may own anything: it goes without the lock
  {
    MutexLock lock(mutex_);
    dropped = std::exchange(placed_, nullptr);
  }
  if (!dropped) return false;
  if (on_leave_) on_leave_();  // not of one that was refused at the door
  return true;
}

void Turn::Settle(std::optional<int64_t> tokens_used) {
  if (const auto settle = std::exchange(on_settle_, nullptr)) settle(tokens_used);
}

void Turn::Place(Placement placement) {
  std::function<void(Placement)> done;
  MutexLock lock(mutex_);
  done = std::exchange(placed_, nullptr);
  if (done) return done(std::move(placement));
  Settle(0);
}

}  // namespace lemma::pool
