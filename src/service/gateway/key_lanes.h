// Threads for what limits cost: counting a prompt's tokens takes milliseconds, a limiter over a
// database waits for it; neither is for an I/O thread. Each key has its lane, where one task runs
// after the other in the order they came: so a key's next request finds its last one settled.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/thread_annotations.h"

namespace lemma::gateway {

// Thread-safe. Tasks must not throw.
class KeyLanes {
 public:
  using Task = std::function<void()>;

  // `waiting_max`: requests that may wait in one lane.
  KeyLanes(int n_lanes, size_t waiting_max);
  ~KeyLanes();  // Close(); returns when every settlement is done

  // A request: false, and nothing is run, where too many wait. Dropped by Close.
  bool TryRequest(const std::string& key_id, Task task);
  // What must be done for a request that was admitted. As many wait as were admitted at most.
  void Settle(const std::string& key_id, Task task);
  // Takes no more requests, drops those that wait, and waits for those that run; settlements go on.
  void Close();

 private:
  struct Item {
    Task task;
    bool is_request = false;
  };
  struct Lane {
    Mutex mutex;
    std::condition_variable_any changed;
    std::deque<Item> items LEMMA_GUARDED_BY(mutex);
    size_t n_requests LEMMA_GUARDED_BY(mutex) = 0;  // of the items, and the one that runs
    bool closed LEMMA_GUARDED_BY(mutex) = false;    // takes no requests
    bool stopping LEMMA_GUARDED_BY(mutex) = false;  // its thread ends when nothing waits
    std::thread thread;
  };

  Lane& LaneOf(const std::string& key_id);
  static void Work(Lane& lane);
  // The next one; false: the end.
  static bool Take(Lane& lane, Item& item);

  const size_t waiting_max_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace lemma::gateway
