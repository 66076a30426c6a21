#include "service/store/periodic_task.h"

#include <utility>

#include "common/base/this_thread.h"

namespace lemma::store {

PeriodicTask::PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task)
    : PeriodicTask(interval, [task = std::move(task)](const std::stop_token&) { task(); }) {}

PeriodicTask::PeriodicTask(std::chrono::milliseconds interval,
                           std::function<void(const std::stop_token&)> task)
    : interval_(interval), task_(std::move(task)) {
  thread_ = std::thread([this, stop = stop_.get_token()] {
    TakeShortTurns();
    while (Sleep()) task_(stop);
  });
}

PeriodicTask::~PeriodicTask() { Stop(); }

void PeriodicTask::RunSoon() {
  const MutexLock lock(mutex_);
  soon_ = true;
  changed_.notify_all();
}

void PeriodicTask::Stop() {
  {
    const MutexLock lock(mutex_);
    stop_.request_stop();
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool PeriodicTask::Sleep() {
  const auto until = std::chrono::steady_clock::now() + interval_;
  const MutexLock lock(mutex_);
  while (!stop_.stop_requested() && !soon_) {
    if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) break;
  }
  soon_ = false;
  return !stop_.stop_requested();
}

}  // namespace lemma::store
