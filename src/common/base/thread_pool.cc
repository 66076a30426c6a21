#include "common/base/thread_pool.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "common/base/check.h"

namespace lemma {
namespace {

// About 20-50 us of polling: longer than the gap between two kernels of a step, shorter than a
// scheduler's time slice.
constexpr int kSpinsBeforeSleep = 2000;

// Who is waited for so long at the end of a call, and for longer than the call took until then, has
// lost its core: no call's parts differ by as much. It is left out for so many times the wait, so
// that finding the core still lost costs little.
constexpr std::chrono::milliseconds kLostCore{2};
constexpr int kTimesLeftOut = 8;

inline void Relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// What `word` is, once it differs from `old` or after some spins.
uint32_t SpinWhileEqual(const std::atomic<uint32_t>& word, uint32_t old) {
  for (int i = 0; i < kSpinsBeforeSleep; ++i) {
    const uint32_t now = word.load(std::memory_order_acquire);
    if (now != old) return now;
    Relax();
  }
  return old;
}

// Returns once `word` differs from `old`.
uint32_t WaitWhileEqual(const std::atomic<uint32_t>& word, uint32_t old) {
  const uint32_t now = SpinWhileEqual(word, old);
  if (now != old) return now;
  word.wait(old, std::memory_order_acquire);
  return word.load(std::memory_order_acquire);
}

}  // namespace

Result<std::unique_ptr<ThreadPool>> ThreadPool::Create(int n_threads) {
  try {
    return std::make_unique<ThreadPool>(n_threads);
  } catch (const std::system_error& error) {
    return Status(
        StatusCode::kIo,
        "cannot start " + std::to_string(n_threads) + " threads: " + error.code().message(),
        "threads");
  }
}

ThreadPool::ThreadPool(int n_threads) : members_(static_cast<size_t>(std::max(n_threads, 1)) - 1) {
  LEMMA_CHECK(n_threads >= 1);
  threads_.reserve(static_cast<size_t>(n_threads) - 1);
  try {
    for (int member = 1; member < n_threads; ++member) {
      threads_.emplace_back([this, member] { ThreadMain(member); });
    }
  } catch (const std::system_error&) {
    StopThreads();  // a destructor does not run where the constructor throws
    throw;
  }
}

ThreadPool::~ThreadPool() { StopThreads(); }

void ThreadPool::StopThreads() {
  stopping_ = true;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Run(TaskRef task) {
  if (threads_.empty()) {
    task(0);
    return;
  }
  task_ = &task;
  n_running_.store(static_cast<uint32_t>(threads_.size()), std::memory_order_relaxed);
  const uint32_t generation = generation_.load(std::memory_order_relaxed) + 1;
  TakeForLeftOut(generation);
  generation_.store(generation, std::memory_order_release);
  generation_.notify_all();
  const Time begin = std::chrono::steady_clock::now();
  task(0);
  for (size_t i = 0; i < members_.size(); ++i) {
    if (!members_[i].is_left_out && !Take(members_[i], generation)) continue;
    task(static_cast<int>(i) + 1);
    members_[i].made.store(generation, std::memory_order_relaxed);
    n_running_.fetch_sub(1, std::memory_order_acq_rel);
  }
  if (n_running_.load(std::memory_order_acquire) != 0) WaitForAll(generation, begin);
}

bool ThreadPool::Take(Member& member, uint32_t generation) {
  uint32_t last = generation - 1;
  return member.taken.compare_exchange_strong(last, generation, std::memory_order_acq_rel);
}

void ThreadPool::TakeForLeftOut(uint32_t generation) {
  for (Member& member : members_) {
    if (!member.is_left_out) continue;
    member.is_left_out = std::chrono::steady_clock::now() < member.left_out_until;
    if (member.is_left_out) Take(member, generation);  // the generation is not published yet
  }
}

void ThreadPool::WaitForAll(uint32_t generation, Time call_begin) {
  uint32_t left = n_running_.load(std::memory_order_acquire);
  for (uint32_t now; (now = SpinWhileEqual(n_running_, left)) != left; left = now) {
    if (now == 0) return;
  }
  const Time begin = std::chrono::steady_clock::now();
  for (Member& member : members_) {
    member.is_late = member.made.load(std::memory_order_relaxed) != generation;
  }
  while (left != 0) left = WaitWhileEqual(n_running_, left);
  const Time end = std::chrono::steady_clock::now();
  if (end - begin < std::max<Time::duration>(kLostCore, begin - call_begin)) return;
  for (Member& member : members_) {
    if (!member.is_late) continue;
    member.is_left_out = true;
    member.left_out_until = end + kTimesLeftOut * (end - begin);
  }
}

void ThreadPool::ThreadMain(int member) {
  Member& own = members_[static_cast<size_t>(member) - 1];
  uint32_t seen = 0;
  while (true) {
    seen = WaitWhileEqual(generation_, seen);
    if (stopping_) return;
    // Where it is too late the caller may have gone, and task_ with it.
    if (!Take(own, seen)) continue;
    (*task_)(member);
    own.made.store(seen, std::memory_order_relaxed);
    if (n_running_.fetch_sub(1, std::memory_order_acq_rel) == 1) n_running_.notify_one();
  }
}

}  // namespace lemma
