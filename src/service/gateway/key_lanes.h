// Threads for what limits cost: counting a prompt's tokens takes milliseconds, a limiter over a
// database waits for it; neither is for an I/O thread. Each key has its lane, where its tasks run
// one after the other in the order they came: so a key's next request finds its last one settled.
// Keys that share a lane take turns.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
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

  // Requests that may wait: of one key, and in one lane.
  KeyLanes(int n_lanes, size_t key_max, size_t lane_max);
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
  struct Queue {
    std::deque<Item> items;  // never empty
    size_t n_requests = 0;   // of them
  };
  struct Lane {
    Mutex mutex;
    std::condition_variable_any changed;
    std::map<std::string, Queue> queues LEMMA_GUARDED_BY(mutex);  // by key
    std::deque<std::string> turns LEMMA_GUARDED_BY(mutex);        // the keys of queues, each once
    size_t n_requests LEMMA_GUARDED_BY(mutex) = 0;  // in all queues, and the one that runs
    bool closed LEMMA_GUARDED_BY(mutex) = false;    // takes no requests
    bool stopping LEMMA_GUARDED_BY(mutex) = false;  // its thread ends when nothing waits
    std::thread thread;
  };

  Lane& LaneOf(const std::string& key_id);
  static void Add(Lane& lane, const std::string& key_id, Item item) LEMMA_REQUIRES(lane.mutex);
  static void Work(Lane& lane);
  // The next one; false: the end.
  static bool Take(Lane& lane, Item& item);

  const size_t key_max_, lane_max_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace lemma::gateway
