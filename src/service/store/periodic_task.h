// A thread that does one thing again and again until it is told to stop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <stop_token>
#include <thread>

#include "common/base/thread_annotations.h"

namespace lemma::store {

// Thread-safe. `task` runs on the task's own thread alone, which gives way to those of requests.
class PeriodicTask {
 public:
  // The first time after one interval.
  PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task);
  // For one that may take long: it is to end where Stop asks for it.
  PeriodicTask(std::chrono::milliseconds interval,
               std::function<void(const std::stop_token&)> task);
  ~PeriodicTask();  // Stop()

  // Not within an interval but now.
  void RunSoon();
  // Waits for a task that runs. Idempotent.
  void Stop();

 private:
  bool Sleep();  // false: stop

  const std::chrono::milliseconds interval_;
  const std::function<void(const std::stop_token&)> task_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::stop_source stop_ LEMMA_GUARDED_BY(mutex_);
  bool soon_ LEMMA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lemma::store
