// A bounded queue between threads. Never grows past its capacity: a full queue refuses at once, and
// the caller answers 503. Any number of producers and consumers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"

namespace lemma {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  // False, and `item` untouched, when the queue is full or closed.
  bool TryPush(T&& item) LEMMA_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }

  // The oldest item, or nothing when the queue is empty.
  std::optional<T> TryPop() LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return PopLocked();
  }

  // Waits until there is an item, the queue is closed, or `until` has passed.
  std::optional<T> PopUntil(TimePoint until) LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (ready_.wait_until(mutex_, until) == std::cv_status::timeout) break;
    }
    return PopLocked();
  }

  // Waits until there is an item; nothing once the queue is closed and empty.
  std::optional<T> Pop() LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) ready_.wait(mutex_);
    return PopLocked();
  }

  // Refuses new items and wakes all who wait. Items already queued can still be popped.
  void Close() LEMMA_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  size_t size() const LEMMA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }
  size_t capacity() const { return capacity_; }

 private:
  std::optional<T> PopLocked() LEMMA_REQUIRES(mutex_) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  const size_t capacity_;
  mutable Mutex mutex_;
  std::condition_variable_any ready_;
  std::deque<T> items_ LEMMA_GUARDED_BY(mutex_);
  bool closed_ LEMMA_GUARDED_BY(mutex_) = false;
};

}  // namespace lemma
