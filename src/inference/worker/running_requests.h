// The requests that run, by their ids, so that a call from outside can reach one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/thread_annotations.h"

namespace lemma::worker {

// What somebody else wants of a request. Read by the engine's thread, set by any.
struct RequestWishes {
  std::atomic<bool> end_thinking{false};
  std::atomic<uint64_t> stopped{0};  // a bit for each sample that shall end

  bool IsStopped(int32_t sample) const { return (stopped.load() >> sample & 1) != 0; }
};

// Thread-safe. Outlives what Add returns.
class RunningRequests {
 public:
  // Known by these ids until the wishes are dropped.
  std::shared_ptr<const RequestWishes> Add(std::vector<std::string> ids, uint64_t tenant)
      LEMMA_EXCLUDES(mutex_);

  // Of all requests with that id of this tenant; 0: of whichever. False where there is none.
  bool EndThinking(const std::string& id, uint64_t tenant) LEMMA_EXCLUDES(mutex_);
  bool Stop(const std::string& id, uint64_t tenant, uint64_t samples) LEMMA_EXCLUDES(mutex_);

 private:
  struct Entry {
    ~Entry() { owner.Remove(this); }
    RunningRequests& owner;
    std::vector<std::string> ids;
    uint64_t tenant;
    RequestWishes wishes;
  };
  template <typename Wish>
  bool ForAll(const std::string& id, uint64_t tenant, Wish wish) LEMMA_EXCLUDES(mutex_);
  void Remove(const Entry* entry) LEMMA_EXCLUDES(mutex_);

  Mutex mutex_;
  // Clients choose some ids, and may choose one twice.
  std::unordered_multimap<std::string, Entry*> entries_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::worker
