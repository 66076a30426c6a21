#include "service/access/told_limiter.h"

#include <utility>

namespace lemma::access {

Result<Admission> ToldLimiter::Admit(const std::string& key_id, const KeyLimits& limits,
                                     int64_t n_tokens) {
  KeyLimits of_minute = limits;
  of_minute.tokens_per_day = 0;  // the brief one does not know all of a day
  if (Verdict verdict = brief_.Check(key_id, of_minute, n_tokens); !verdict.admitted()) {
    return Admission{verdict, {}};
  }
  LEMMA_ASSIGN_OR_RETURN(Admission admission, lasting_.Admit(key_id, limits, n_tokens));
  if (!admission.verdict.admitted()) return admission;
  const std::string id = admission.reservation.id();
  const Claim claim = admission.reservation.claim();
  Both both{std::move(admission.reservation), brief_.Take(key_id, claim)};
  admission.reservation = Reservation(this, id, key_id, claim);
  const MutexLock lock(mutex_);
  held_.emplace(id, std::move(both));
  return admission;
}

void ToldLimiter::Settle(const Reservation& reservation, int64_t n_used) {
  Both both;
  {
    const MutexLock lock(mutex_);
    const auto found = held_.find(reservation.id());
    both = std::move(found->second);
    held_.erase(found);
  }
  both.brief.Settle(n_used);
  both.lasting.Settle(n_used);
}

}  // namespace lemma::access
