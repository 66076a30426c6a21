// A circuit breaker: a replica that fails again and again gets no requests for a while, then a few
// one by one, and all of them again when those succeed. Pure: time is passed in. Not thread-safe.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace lemma::pool {

struct BreakerOptions {
  int failures_max = 5;                         // one after another: opens
  int successes_min = 2;                        // on trial, one after another: closes
  Duration open_min = std::chrono::seconds(5);  // doubled with each trial that fails
  Duration open_max = std::chrono::seconds(60);
};

class Breaker {
 public:
  enum class State { kClosed, kOpen, kHalfOpen };

  explicit Breaker(const BreakerOptions& options) : options_(options) {}

  State state(TimePoint now) const;
  // May a request go to the replica now? On trial one at a time.
  bool Allows(TimePoint now) const;
  // Each request that goes there, and exactly one of the three when it ends.
  void OnBegin(TimePoint now);
  void OnSuccess(TimePoint now);
  void OnFailure(TimePoint now);
  void OnNoVerdict(TimePoint now);  // the client left, say
  // The replica is another one now (a new process): nothing is held against it.
  void Reset();

  int64_t n_opened() const { return n_opened_; }

 private:
  void Open(TimePoint now);

  const BreakerOptions options_;
  bool is_closed_ = true;
  TimePoint open_until_{};
  Duration open_for_{};     // the last time it opened
  int n_failures_ = 0;      // in a row, while closed
  int n_successes_ = 0;     // in a row, on trial
  bool has_trial_ = false;  // a request is on trial
  int64_t n_opened_ = 0;
};

}  // namespace lemma::pool
