// Clang's thread-safety analysis: the few shared members say which mutex guards them and the
// compiler proves it. Empty under g++. https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <mutex>

#if defined(__clang__)
#define LEMMA_ATTRIBUTE(x) __attribute__((x))
#else
#define LEMMA_ATTRIBUTE(x)
#endif

#define LEMMA_GUARDED_BY(mutex) LEMMA_ATTRIBUTE(guarded_by(mutex))
#define LEMMA_REQUIRES(...) LEMMA_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define LEMMA_EXCLUDES(...) LEMMA_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace lemma {

// std::mutex with the annotations that libstdc++ lacks. BasicLockable, so it works with
// std::condition_variable_any.
class LEMMA_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() LEMMA_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() LEMMA_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class LEMMA_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LEMMA_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() LEMMA_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace lemma
