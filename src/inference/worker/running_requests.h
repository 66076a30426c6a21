// The chats that run, by their ids, so that a call from outside can reach one.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/thread_annotations.h"

namespace lemma::worker {

// Thread-safe. Outlives what Add returns.
class RunningRequests {
 public:
  // Known by these ids until the flag is dropped; it is set when the thinking shall end.
  std::shared_ptr<const std::atomic<bool>> Add(std::vector<std::string> ids) LEMMA_EXCLUDES(mutex_);

  // Sets the flags of all requests with that id; false where there is none.
  bool EndThinking(const std::string& id) LEMMA_EXCLUDES(mutex_);

 private:
  struct Entry {
    ~Entry() { owner.Remove(this); }
    RunningRequests& owner;
    std::vector<std::string> ids;
    std::atomic<bool> end_thinking{false};
  };
  void Remove(const Entry* entry) LEMMA_EXCLUDES(mutex_);

  Mutex mutex_;
  // Clients choose some ids, and may choose one twice.
  std::unordered_multimap<std::string, Entry*> entries_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::worker
