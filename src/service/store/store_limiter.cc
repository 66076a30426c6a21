#include "service/store/store_limiter.h"

#include <soci/soci.h>

#include <algorithm>

#include "common/base/log.h"
#include "common/base/random_id.h"
#include "service/store/limit_rows.h"

namespace lemma::store {

using access::Admission;
using access::Claim;
using access::KeyLimits;
using access::KeyUsage;

StoreLimiter::StoreLimiter(Database& database, const UnixClock& clock,
                           const StoreLimiterOptions& options)
    : database_(database),
      clock_(clock),
      lease_ms_(options.lease.count()),
      holder_(RandomHex()),
      renew_(std::make_unique<PeriodicTask>(options.lease / 3, [this] { RenewLeases(); })) {}

StoreLimiter::~StoreLimiter() {
  renew_.reset();
  RenewLeases();  // a last attempt at what is not written
}

Result<Admission> StoreLimiter::Admit(const std::string& key_id, const KeyLimits& limits,
                                      int64_t n_tokens) {
  Admission admission;
  const std::string id = RandomHex();
  Claim claim{limits, n_tokens, 0};
  {
    const MutexLock lock(mutex_);
    held_.insert(id);
  }
  const Status written = database_.Write(
      [&](soci::session& sql) {
        LockKey(sql, key_id);
        claim.at_ms = clock_.NowMs();  // behind the lock: as seldom backwards as clocks differ
        KeyUsage usage = SelectUsage(sql, key_id, claim.at_ms);
        admission.verdict = access::Admit(usage, limits, n_tokens, claim.at_ms);
        if (!admission.verdict.admitted()) return Ok();
        SaveUsage(sql, key_id, usage);
        InsertReservation(sql, id, key_id, holder_, claim, claim.at_ms + lease_ms_);
        return Ok();
      },
      Durability::kKill);
  if (!written.ok() || !admission.verdict.admitted()) Forget(id);
  LEMMA_RETURN_IF_ERROR(written);
  if (admission.verdict.admitted()) {
    admission.reservation = access::Reservation(this, id, key_id, claim);
  }
  return admission;
}

Result<int64_t> StoreLimiter::DayTokens(const std::string& key_id, int64_t day) {
  int64_t tokens = 0;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    tokens = SelectDayTokens(sql, key_id, day);
    return Ok();
  }));
  return tokens;
}

void StoreLimiter::Settle(const access::Reservation& reservation, int64_t n_used) {
  const int64_t n_charged = std::clamp<int64_t>(n_used, 0, access::kRequestTokensMax);
  const Ended ended{reservation.id(), reservation.key_id(), reservation.claim(), n_charged};
  const Status written = Write(ended);
  if (written.ok()) return Forget(ended.id);
  LogWarning("store: a reservation is settled later: {}", written.message());
  const MutexLock lock(mutex_);
  unwritten_.push_back(ended);
}

Status StoreLimiter::Write(const Ended& ended) {
  return database_.Write(
      [&](soci::session& sql) {
        LockKey(sql, ended.key_id);
        SettleReservation(sql, ended.id, ended.key_id, ended.claim, ended.n_used, clock_.NowMs());
        return Ok();
      },
      Durability::kKill);
}

void StoreLimiter::Forget(const std::string& id) {
  const MutexLock lock(mutex_);
  held_.erase(id);
}

void StoreLimiter::WriteUnwritten() {
  std::vector<Ended> unwritten;
  {
    const MutexLock lock(mutex_);
    unwritten.swap(unwritten_);
  }
  while (!unwritten.empty() && Write(unwritten.back()).ok()) {
    Forget(unwritten.back().id);
    unwritten.pop_back();
  }
  if (unwritten.empty()) return;
  const MutexLock lock(mutex_);
  unwritten_.insert(unwritten_.end(), unwritten.begin(), unwritten.end());
}

// An Admit whose commit was done but not acknowledged has left a row that nobody holds.
void StoreLimiter::SettleLost() {
  std::vector<HeldRow> rows;
  const Status read = database_.Read([&](soci::session& sql) {
    rows = SelectHeld(sql, holder_);
    return Ok();
  });
  if (!read.ok()) return;
  std::set<std::string> held;
  {
    const MutexLock lock(mutex_);
    held = held_;
  }
  for (const HeldRow& row : rows) {
    if (held.contains(row.id)) continue;
    if (!Write({row.id, row.key_id, row.claim, /*n_used=*/0}).ok()) return;  // tried again later
  }
}

void StoreLimiter::RenewLeases() {
  WriteUnwritten();
  SettleLost();
  const Status renewed = database_.Write(
      [&](soci::session& sql) {
        RenewHeld(sql, holder_, clock_.NowMs() + lease_ms_);
        return Ok();
      },
      Durability::kKill);
  if (!renewed.ok()) LogWarning("store: leases are not renewed: {}", renewed.message());
}

}  // namespace lemma::store
