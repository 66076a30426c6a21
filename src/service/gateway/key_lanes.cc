#include "service/gateway/key_lanes.h"

#include <utility>

namespace lemma::gateway {

KeyLanes::KeyLanes(int n_lanes, size_t key_max, size_t lane_max)
    : key_max_(key_max), lane_max_(lane_max) {
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
    const auto queue = lane.queues.find(key_id);
    const size_t n_waiting = queue == lane.queues.end() ? 0 : queue->second.n_requests;
    if (lane.closed || n_waiting >= key_max_ || lane.n_requests >= lane_max_) return false;
    Add(lane, key_id, {std::move(task), /*is_request=*/true});
  }
  lane.changed.notify_all();
  return true;
}

void KeyLanes::Settle(const std::string& key_id, Task task) {
  Lane& lane = LaneOf(key_id);
  {
    const MutexLock lock(lane.mutex);
    Add(lane, key_id, {std::move(task), /*is_request=*/false});
  }
  lane.changed.notify_all();
}

void KeyLanes::Close() {
  for (const auto& one : lanes_) {
    Lane& lane = *one;
    std::map<std::string, Queue> all;  // destroyed without the lock: what is dropped may settle
    const MutexLock lock(lane.mutex);
    lane.closed = true;
    all.swap(lane.queues);
    lane.turns.clear();
    for (auto& [key_id, queue] : all) {
      lane.n_requests -= queue.n_requests;
      for (Item& item : queue.items) {
        if (!item.is_request) Add(lane, key_id, std::move(item));
      }
    }
    while (lane.n_requests > 0) lane.changed.wait(lane.mutex);
  }
}

KeyLanes::Lane& KeyLanes::LaneOf(const std::string& key_id) {
  return *lanes_[std::hash<std::string>()(key_id) % lanes_.size()];
}

void KeyLanes::Add(Lane& lane, const std::string& key_id, Item item) {
  Queue& queue = lane.queues[key_id];
  if (queue.items.empty()) lane.turns.push_back(key_id);
  queue.n_requests += item.is_request;
  lane.n_requests += item.is_request;
  queue.items.push_back(std::move(item));
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
  while (lane.turns.empty()) {
    if (lane.stopping) return false;
    lane.changed.wait(lane.mutex);
  }
  const auto found = lane.queues.find(lane.turns.front());
  lane.turns.pop_front();
  Queue& queue = found->second;
  item = std::move(queue.items.front());
  queue.items.pop_front();
  queue.n_requests -= item.is_request;
  if (queue.items.empty()) {
    lane.queues.erase(found);
  } else {
    lane.turns.push_back(found->first);
  }
  return true;
}

}  // namespace lemma::gateway
