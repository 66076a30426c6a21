#include "service/access/memory_limiter.h"

#include <utility>

#include "common/base/log.h"

namespace lemma::access {

Status MemoryLimiter::KeepIn(const std::filesystem::path& path) {
  const MutexLock lock(mutex_);
  LEMMA_ASSIGN_OR_RETURN(UsageFile file, UsageFile::Open(path, clock_.NowMs(), usage_));
  file_.emplace(std::move(file));
  return Ok();
}

Result<Admission> MemoryLimiter::Admit(const std::string& key_id, const KeyLimits& limits,
                                       int64_t n_tokens) {
  const MutexLock lock(mutex_);
  const int64_t now_ms = clock_.NowMs();
  KeyUsage& usage = usage_[key_id];
  Admission admission;
  admission.verdict = access::Admit(usage, limits, n_tokens, now_ms);
  if (admission.verdict.admitted()) {
    admission.reservation = Reservation(this, "", key_id, {limits, n_tokens, now_ms});
    Keep(key_id, usage);
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
  KeyUsage& usage = usage_[key_id];
  access::Take(usage, claim);
  Keep(key_id, usage);
  return Reservation(this, "", key_id, claim);
}

void MemoryLimiter::Settle(const Reservation& reservation, int64_t n_used) {
  const MutexLock lock(mutex_);
  KeyUsage& usage = usage_[reservation.key_id()];
  access::Settle(usage, reservation.claim(), n_used, clock_.NowMs());
  Keep(reservation.key_id(), usage);
}

void MemoryLimiter::Keep(const std::string& key_id, const KeyUsage& usage) {
  if (!file_) return;
  const Status kept = file_->Set(key_id, usage);
  if (!kept.ok() && !std::exchange(has_warned_, true)) {
    LogWarning("limits: {} and others are counted in memory alone: {}", key_id, kept.message());
  }
}

int64_t MemoryLimiter::n_in_flight(const std::string& key_id) const {
  const MutexLock lock(mutex_);
  const auto found = usage_.find(key_id);
  return found == usage_.end() ? 0 : found->second.n_in_flight;
}

}  // namespace lemma::access
