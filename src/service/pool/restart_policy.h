// When a worker process that has ended is started again. Pure: time is passed in. Not thread-safe.
#pragma once

#include <deque>

#include "common/base/clock.h"

namespace lemma::pool {

struct RestartOptions {
  Duration delay_min = std::chrono::milliseconds(100);  // doubled with each end within `window`
  Duration delay_max = std::chrono::seconds(10);
  Duration window = std::chrono::seconds(60);
  int exits_max = 5;                               // in `window`; one more is a crash loop
  Duration loop_delay = std::chrono::seconds(60);  // between two tries of a crash loop
};

class RestartPolicy {
 public:
  explicit RestartPolicy(const RestartOptions& options) : options_(options) {}

  // The process has ended: how long to wait before it is started again.
  Duration OnExit(TimePoint now);
  // It goes on until a process has lived for `window`.
  bool in_crash_loop() const { return in_crash_loop_; }

 private:
  const RestartOptions options_;
  std::deque<TimePoint> exits_;  // those that count, oldest first
  bool in_crash_loop_ = false;
};

}  // namespace lemma::pool
