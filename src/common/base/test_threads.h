// For tests: a process that has no thread left, as under a limit of processes.
#pragma once

#include <pthread.h>

#include "common/base/check.h"

namespace lemma {

// While it lives, std::thread's constructor throws: no address space has room for such a stack.
class NoThreads {
 public:
  NoThreads() {
    LEMMA_CHECK(pthread_getattr_default_np(&before_) == 0);
    pthread_attr_t huge;
    LEMMA_CHECK(pthread_getattr_default_np(&huge) == 0);
    LEMMA_CHECK(pthread_attr_setstacksize(&huge, size_t{1} << 47) == 0);
    LEMMA_CHECK(pthread_setattr_default_np(&huge) == 0);
    pthread_attr_destroy(&huge);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

}  // namespace lemma
