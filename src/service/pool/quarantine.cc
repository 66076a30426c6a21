#include "service/pool/quarantine.h"

#include <algorithm>

namespace lemma::pool {

void Quarantine::OnCrash(uint64_t request, ReplicaId replica, TimePoint began, TimePoint now) {
  ForgetOld(now);
  Suspect& suspect = suspects_[request];
  const bool was_there =
      suspect.n_crashes > 0 && suspect.replica == replica && began <= suspect.last;
  if (was_there) return;
  ++suspect.n_crashes;
  suspect.replica = replica;
  suspect.last = now;
}

std::optional<Duration> Quarantine::RefusedFor(uint64_t request, TimePoint now) const {
  const auto found = suspects_.find(request);
  if (found == suspects_.end() || found->second.n_crashes < kCrashesMax) return std::nullopt;
  const Duration left = found->second.last + kMemory - now;
  if (left <= Duration{}) return std::nullopt;
  return left;
}

size_t Quarantine::n_refused(TimePoint now) const {
  return static_cast<size_t>(std::ranges::count_if(
      suspects_, [&](const auto& entry) { return RefusedFor(entry.first, now).has_value(); }));
}

void Quarantine::ForgetOld(TimePoint now) {
  std::erase_if(suspects_, [&](const auto& entry) { return now - entry.second.last >= kMemory; });
  if (suspects_.size() < kRequestsMax) return;
  suspects_.erase(
      std::ranges::min_element(suspects_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace lemma::pool
