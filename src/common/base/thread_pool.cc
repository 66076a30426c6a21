#include "common/base/thread_pool.h"

#include <string>
#include <system_error>

#include "common/base/check.h"

namespace lemma {
namespace {

// About 20-50 us of polling: longer than the gap between two kernels of a step, shorter than a
// scheduler's time slice.
constexpr int kSpinsBeforeSleep = 2000;

inline void Relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Returns once `word` differs from `old`.
uint32_t WaitWhileEqual(const std::atomic<uint32_t>& word, uint32_t old) {
  for (int i = 0; i < kSpinsBeforeSleep; ++i) {
    const uint32_t now = word.load(std::memory_order_acquire);
    if (now != old) return now;
    Relax();
  }
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

ThreadPool::ThreadPool(int n_threads) {
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
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  task(0);
  for (uint32_t left = n_running_.load(std::memory_order_acquire); left != 0;) {
    left = WaitWhileEqual(n_running_, left);
  }
}

void ThreadPool::ThreadMain(int member) {
  uint32_t seen = 0;
  while (true) {
    seen = WaitWhileEqual(generation_, seen);
    if (stopping_) return;
    (*task_)(member);
    if (n_running_.fetch_sub(1, std::memory_order_acq_rel) == 1) n_running_.notify_one();
  }
}

}  // namespace lemma
