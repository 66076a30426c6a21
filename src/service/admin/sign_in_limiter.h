// How often may a password be guessed? Of one process, in memory; several gateways allow as much
// each. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "service/access/limits.h"

namespace lemma::admin {

// A minute, and at once (GCRA): of a user from one address, of one address, and of a user from
// anywhere. The last one is loose: a stranger must not be able to lock a user out.
inline constexpr int64_t kSignInsOfUserAtAddress = 5;
inline constexpr int64_t kSignInsOfAddress = 20;
inline constexpr int64_t kSignInsOfUser = 60;

class SignInLimiter {
 public:
  explicit SignInLimiter(const UnixClock& clock) : clock_(clock) {}

  // Takes one attempt. How long to wait first, in milliseconds; 0: go on.
  int64_t Take(const std::string& user, const std::string& address);

 private:
  int64_t TakeOf(const std::string& what, int64_t per_minute) LEMMA_REQUIRES(mutex_);

  const UnixClock& clock_;
  Mutex mutex_;
  std::unordered_map<std::string, access::KeyUsage> usage_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::admin
