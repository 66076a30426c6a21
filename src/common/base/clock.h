// Time, passed in so that tests can own it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace lemma {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

class SteadyClock : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
};

// For tests: stands still until moved.
class ManualClock : public Clock {
 public:
  TimePoint Now() const override { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  TimePoint now_{};
};

// Milliseconds since 1970, UTC: what is stored, and what people read. It may jump.
class UnixClock {
 public:
  virtual ~UnixClock() = default;
  virtual int64_t NowMs() const = 0;
};

class SystemUnixClock : public UnixClock {
 public:
  int64_t NowMs() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

// For tests: stands still until moved. Thread-safe.
class ManualUnixClock : public UnixClock {
 public:
  explicit ManualUnixClock(int64_t now_ms = 0) : now_ms_(now_ms) {}
  int64_t NowMs() const override { return now_ms_; }
  void Advance(int64_t by_ms) { now_ms_ += by_ms; }

 private:
  std::atomic<int64_t> now_ms_;
};

}  // namespace lemma
