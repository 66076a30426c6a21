// Pings streams that have been silent, so that proxies and clients do not take them for dead while
// a request waits or a long prompt is computed.
#pragma once

#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "inference/worker/reply_writer.h"

namespace lemma::worker {

// Owns one thread. Thread-safe.
class KeepAlive {
 public:
  explicit KeepAlive(Duration interval);
  ~KeepAlive();

  // From now on, for as long as the stream lives.
  void Watch(std::weak_ptr<StreamWriter> stream) LEMMA_EXCLUDES(mutex_);

 private:
  void Loop() LEMMA_EXCLUDES(mutex_);

  const Duration interval_;
  Mutex mutex_;
  std::condition_variable_any stop_;
  bool stopping_ LEMMA_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<StreamWriter>> streams_ LEMMA_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace lemma::worker
