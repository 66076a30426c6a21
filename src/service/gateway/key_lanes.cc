#include "service/gateway/key_lanes.h"

#include <utility>

namespace lemma::gateway {

KeyLanes::KeyLanes(int n_lanes, size_t waiting_max) : waiting_max_(waiting_max) {
  for (int i = 0; i < n_lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->thread = std::thread([lane = lanes_.back().get()] { Work(*lane); });
  }
}

KeyLanes::~KeyLanes() {
  Close();
  for (const auto& one : lanes_) {
    Lane& lane = *one;
    {
      const MutexLock lock(lane.mutex);
      lane.stopping = true;
    }
    lane.changed.notify_all();
    lane.thread.join();
  }
}

bool KeyLanes::TryRequest(const std::string& key_id, Task task) {
  Lane& lane = LaneOf(key_id);
  {
    const MutexLock lock(lane.mutex);
    if (lane.closed || lane.n_requests >= waiting_max_) return false;
    ++lane.n_requests;
    lane.items.push_back({std::move(task), /*is_request=*/true});
  }
  lane.changed.notify_all();
  return true;
}

void KeyLanes::Settle(const std::string& key_id, Task task) {
  Lane& lane = LaneOf(key_id);
  {
    const MutexLock lock(lane.mutex);
    lane.items.push_back({std::move(task), /*is_request=*/false});
  }
  lane.changed.notify_all();
}

void KeyLanes::Close() {
  for (const auto& one : lanes_) {
    Lane& lane = *one;
    std::deque<Item> dropped;  // destroyed without the lock: a request that ends may settle
    const MutexLock lock(lane.mutex);
    lane.closed = true;
    std::deque<Item> kept;
    for (Item& item : lane.items) (item.is_request ? dropped : kept).push_back(std::move(item));
    lane.items = std::move(kept);
    lane.n_requests -= dropped.size();
    while (lane.n_requests > 0) lane.changed.wait(lane.mutex);
  }
}

KeyLanes::Lane& KeyLanes::LaneOf(const std::string& key_id) {
  return *lanes_[std::hash<std::string>()(key_id) % lanes_.size()];
}

void KeyLanes::Work(Lane& lane) {
  Item item;
  while (Take(lane, item)) {
    item.task();
    item.task = nullptr;  // what it holds ends before the next one begins
    if (!item.is_request) continue;
    {
      const MutexLock lock(lane.mutex);
      --lane.n_requests;
    }
    lane.changed.notify_all();
  }
}

bool KeyLanes::Take(Lane& lane, Item& item) {
  const MutexLock lock(lane.mutex);
  while (lane.items.empty()) {
    if (lane.stopping) return false;
    lane.changed.wait(lane.mutex);
  }
  item = std::move(lane.items.front());
  lane.items.pop_front();
  return true;
}

}  // namespace lemma::gateway
