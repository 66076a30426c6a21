#include "service/store/periodic_task.h"

#include <utility>

namespace lemma::store {

PeriodicTask::PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task)
    : interval_(interval), task_(std::move(task)) {
  thread_ = std::thread([this] {
    while (Sleep()) task_();
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
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool PeriodicTask::Sleep() {
  const auto until = std::chrono::steady_clock::now() + interval_;
  const MutexLock lock(mutex_);
  while (!stopping_ && !soon_) {
    if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) break;
  }
  soon_ = false;
  return !stopping_;
}

}  // namespace lemma::store
