#include "service/access/memory_limiter.h"

namespace lemma::access {

Result<Admission> MemoryLimiter::Admit(const std::string& key_id, const KeyLimits& limits,
                                       int64_t n_tokens) {
  const MutexLock lock(mutex_);
  const int64_t now_ms = clock_.NowMs();
  KeyUsage& usage = usage_[key_id];
  Admission admission;
  admission.verdict = access::Admit(usage, limits, n_tokens, now_ms);
  if (admission.verdict.admitted()) {
    admission.reservation = Reservation(this, "", key_id, {limits, n_tokens, now_ms});
  }
  return admission;
}

Verdict MemoryLimiter::Check(const std::string& key_id, const KeyLimits& limits, int64_t n_tokens) {
  const MutexLock lock(mutex_);
  KeyUsage usage = usage_[key_id];
  return access::Admit(usage, limits, n_tokens, clock_.NowMs());
}

Reservation MemoryLimiter::Take(const std::string& key_id, const Claim& claim) {
  const MutexLock lock(mutex_);
  access::Take(usage_[key_id], claim);
  return Reservation(this, "", key_id, claim);
}

void MemoryLimiter::Settle(const Reservation& reservation, int64_t n_used) {
  const MutexLock lock(mutex_);
  access::Settle(usage_[reservation.key_id()], reservation.claim(), n_used, clock_.NowMs());
}

int64_t MemoryLimiter::n_in_flight(const std::string& key_id) const {
  const MutexLock lock(mutex_);
  const auto found = usage_.find(key_id);
  return found == usage_.end() ? 0 : found->second.n_in_flight;
}

}  // namespace lemma::access
