// How often may a password be guessed? Of one process, in memory; several gateways allow as much
// each. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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
// Of wrong codes behind the right password, from anywhere: only who knows it is held up.
inline constexpr int64_t kWrongCodesOfUser = 3;

class SignInLimiter {
 public:
  explicit SignInLimiter(const UnixClock& clock) : clock_(clock) {}

  // Takes one attempt. How long to wait first, in milliseconds; 0: go on.
  int64_t Take(std::string_view user, const std::string& address);
  // How long until the next code of this user may be looked at.
  int64_t CodeWait(std::string_view user);
  void TakeWrongCode(std::string_view user);

 private:
  // WaitOf takes nothing.
  int64_t WaitOf(const std::string& what, int64_t per_minute) LEMMA_REQUIRES(mutex_);
  int64_t TakeOf(const std::string& what, int64_t per_minute) LEMMA_REQUIRES(mutex_);

  const UnixClock& clock_;
  Mutex mutex_;
  std::unordered_map<std::string, access::KeyUsage> usage_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::admin
