// The limiter that several gateways share, and that outlives them: what keys have used lies in the
// database. A reservation is written before its request is admitted, so a gateway that is killed
// takes no budget with it and lets nobody use one twice. Its reservations carry a lease; when that
// is not renewed, the request is taken as one that never ran.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "service/access/limiter.h"
#include "service/store/database.h"
#include "service/store/periodic_task.h"

namespace lemma::store {

struct StoreLimiterOptions {
  // Reservations of a gateway that was killed are given back after this.
  std::chrono::milliseconds lease{30000};
};

// Thread-safe; Admit and Reservation::Settle are two short transactions a request. Keys must exist
// in the same database. Clocks of gateways that share it must agree to within a second.
class StoreLimiter : public access::Limiter {
 public:
  StoreLimiter(Database& database, const UnixClock& clock, const StoreLimiterOptions& options = {});
  ~StoreLimiter() override;  // its requests have ended by then

  bool blocks() const override { return true; }
  // Errors: those of Database; nothing is admitted then.
  Result<access::Admission> Admit(const std::string& key_id, const access::KeyLimits& limits,
                                  int64_t n_tokens) override;

  // What the key has used and reserved on a day (access::DayOf).
  Result<int64_t> DayTokens(const std::string& key_id, int64_t day);

 private:
  struct Ended {
    std::string id;
    std::string key_id;
    access::Claim claim;
    int64_t n_used = 0;
  };

  void Settle(const access::Reservation& reservation, int64_t n_used) override;
  Status Write(const Ended& ended);
  void Forget(const std::string& id);
  void WriteUnwritten();
  void SettleLost();
  void RenewLeases();

  Database& database_;
  const UnixClock& clock_;
  const int64_t lease_ms_;
  const std::string holder_;  // this gateway
  Mutex mutex_;
  // Of requests that are admitted, or asked about, and not settled yet.
  std::set<std::string> held_ LEMMA_GUARDED_BY(mutex_);
  // Ended while the database was away; written when it is back. At most one for each request that
  // was admitted.
  std::vector<Ended> unwritten_ LEMMA_GUARDED_BY(mutex_);
  std::unique_ptr<PeriodicTask> renew_;
};

}  // namespace lemma::store
