// How busy the process keeps the processors that it computes with.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"

namespace lemma::worker {

// Thread-safe. Needs no thread of its own: whoever asks keeps it up to date.
class CpuMeter {
 public:
  // n_threads: that compute.
  explicit CpuMeter(int n_threads) : n_threads_(n_threads) {}

  // 0 to 1, over the time between the last looks that were kPeriod apart or more; 0 before them.
  // now: of the steady clock. used: the processor time of the process so far.
  double Usage(TimePoint now, Duration used = ProcessTime()) LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (now - looked_at_ >= kPeriod) {
      const std::chrono::duration<double> available = (now - looked_at_) * n_threads_;
      usage_ = std::clamp(std::chrono::duration<double>(used - used_) / available, 0.0, 1.0);
      looked_at_ = now;
      used_ = used;
    }
    return usage_;
  }

  static Duration ProcessTime() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

 private:
  static constexpr Duration kPeriod = std::chrono::seconds(1);

  const int n_threads_;
  Mutex mutex_;
  TimePoint looked_at_ LEMMA_GUARDED_BY(mutex_) = std::chrono::steady_clock::now();
  Duration used_ LEMMA_GUARDED_BY(mutex_) = ProcessTime();
  double usage_ LEMMA_GUARDED_BY(mutex_) = 0;
};

}  // namespace lemma::worker
