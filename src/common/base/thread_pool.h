// A fixed team of threads that runs one function on all members and waits: the shape of every
// kernel call. The caller is member 0, so a pool of one starts no thread.
//
// Who waits spins briefly and then sleeps. The caller makes the calls that their threads have not
// begun, since others use their cores, and leaves out for a while a thread that kept it waiting
// amid one. So with fewer cores than threads a step takes as long as the caller alone would need,
// not a turn of the scheduler for every kernel. Run may be called by one thread at a time (the
// pool's owner).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "common/base/status.h"

namespace lemma {

// A reference to a callable, valid for the duration of one call: std::function without allocation.
class TaskRef {
 public:
  template <typename F>
  TaskRef(const F& f)  // NOLINT: implicit on purpose
      : object_(&f),
        call_([](const void* object, int member) { (*static_cast<const F*>(object))(member); }) {}
  void operator()(int member) const { call_(object_, member); }

 private:
  const void* object_;
  void (*call_)(const void* object, int member);
};

class ThreadPool {
 public:
  // n_threads is at least 1. Errors (kIo, field "threads"): the system does not start so many.
  static Result<std::unique_ptr<ThreadPool>> Create(int n_threads);

  // The same where that error may end the program (tests, tools): it is a std::system_error.
  explicit ThreadPool(int n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int n_threads() const { return static_cast<int>(threads_.size()) + 1; }

  // Calls task(member) once for member = 0 .. n_threads - 1, each on its own thread or on the
  // caller's; returns when all have returned. What they wrote is visible to the caller.
  void Run(TaskRef task);

 private:
  using Time = std::chrono::steady_clock::time_point;

  // A member but the caller, on a cache line of its own.
  struct alignas(64) Member {
    std::atomic<uint32_t> taken{0};  // the last generation whose call somebody has taken,
    std::atomic<uint32_t> made{0};   // and has made
    // The caller's alone:
    bool is_left_out = false;
    bool is_late = false;
    Time left_out_until{};
  };

  void ThreadMain(int member);
  // True for one of those who ask, in each generation.
  static bool Take(Member& member, uint32_t generation);
  // The caller takes the calls of those that are left out.
  void TakeForLeftOut(uint32_t generation);
  void WaitForAll(uint32_t generation, Time call_begin);
  void StopThreads();

  std::vector<std::thread> threads_;
  std::vector<Member> members_;    // [member - 1]
  const TaskRef* task_ = nullptr;  // published by generation_
  // Published by generation_, but also read by who wakes late for an earlier one.
  std::atomic<bool> stopping_ = false;
  alignas(64) std::atomic<uint32_t> generation_{0};
  alignas(64) std::atomic<uint32_t> n_running_{0};  // calls but the caller's own
};

// The part [begin, end) of n items that `member` of `n_members` works on: equal parts, in multiples
// of `step` items. Depends on nothing else, so results cannot depend on timing.
struct Slice {
  int64_t begin;
  int64_t end;
};
inline Slice SliceOf(int64_t n, int64_t step, int member, int n_members) {
  const int64_t n_steps = (n + step - 1) / step;
  const auto at = [&](int m) {
    const int64_t item = n_steps * m / n_members * step;
    return item < n ? item : n;
  };
  return {at(member), at(member + 1)};
}

}  // namespace lemma
