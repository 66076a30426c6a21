#include "inference/worker/keep_alive.h"

#include <chrono>
#include <utility>

namespace lemma::worker {

KeepAlive::KeepAlive(Duration interval) : interval_(interval), thread_([this] { Loop(); }) {}

KeepAlive::~KeepAlive() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void KeepAlive::Watch(std::weak_ptr<StreamWriter> stream) {
  MutexLock lock(mutex_);
  streams_.push_back(std::move(stream));
}

void KeepAlive::Loop() {
  constexpr int kLooksPerInterval = 4;  // so a silence lasts at most a quarter longer
  MutexLock lock(mutex_);
  while (!stopping_) {
    std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
    for (const auto& stream : streams_) {
      if (const auto live = stream.lock()) live->PingAfter(interval_);
    }
    stop_.wait_until(mutex_, std::chrono::steady_clock::now() + interval_ / kLooksPerInterval);
  }
}

}  // namespace lemma::worker
