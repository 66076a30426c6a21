#include "service/pool/lease.h"

namespace lemma::pool {

void Lease::End(Outcome outcome) {
  std::function<void(Outcome)> end;
  {
    MutexLock lock(mutex_);
    end = std::exchange(end_, nullptr);
    on_lost_ = nullptr;
  }
  if (end) end(outcome);
}

void Lease::OnLost(std::function<void()> callback) {
  {
    MutexLock lock(mutex_);
    if (!is_lost_) {
      on_lost_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Lease::Lose() {
  std::function<void()> on_lost;
  {
    MutexLock lock(mutex_);
    is_lost_ = true;
    on_lost = std::exchange(on_lost_, nullptr);
  }
  if (on_lost) on_lost();
}

}  // namespace lemma::pool
