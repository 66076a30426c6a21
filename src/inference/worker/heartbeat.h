// Is the engine's thread alive? It is when its counter (EngineStats::n_beats) moved since it was
// last looked at, or was looked at not long ago.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"

namespace lemma::worker {

// Thread-safe. Needs no thread of its own: whoever probes /livez or /readyz keeps it up to date,
// and a first look after a long time gives the benefit of the doubt.
class Heartbeat {
 public:
  explicit Heartbeat(Duration silence_max) : silence_max_(silence_max) {}

  // How long ago the counter was first seen as it is: not before the last look but one.
  Duration Age(int64_t n_beats, TimePoint now) LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (n_beats != last_beats_) {
      last_beats_ = n_beats;
      last_change_ = now;
    }
    return now - last_change_;
  }

  bool IsAlive(int64_t n_beats, TimePoint now) { return Age(n_beats, now) <= silence_max_; }

 private:
  const Duration silence_max_;
  Mutex mutex_;
  int64_t last_beats_ LEMMA_GUARDED_BY(mutex_) = -1;
  TimePoint last_change_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::worker
