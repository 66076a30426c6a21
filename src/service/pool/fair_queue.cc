#include "service/pool/fair_queue.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace lemma::pool {

void FairQueue::Push(TicketId id, const FairShare& share) {
  Flow& flow = flows_[share.key_id];
  // Of `used` alone: what is under way counts for its owner only as long as it is.
  if (flow.waiting.empty()) flow.used = std::max(flow.used, floor_);
  flow.waiting.push_back({id, static_cast<double>(share.tokens) / share.weight});
  RaiseFloor();
}

void FairQueue::Remove(TicketId id, const std::string& key_id) {
  std::erase_if(flows_.at(key_id).waiting, [&](const Item& item) { return item.id == id; });
  RaiseFloor();
}

std::optional<TicketId> FairQueue::Next() const {
  const auto lowest = Lowest();
  if (lowest == flows_.end()) return std::nullopt;
  return lowest->second.waiting.front().id;
}

void FairQueue::Begin() {
  Flow& flow = flows_.at(Lowest()->first);
  flow.under_way += flow.waiting.front().cost;
  ++flow.n_under_way;
  flow.waiting.pop_front();
}

void FairQueue::Settle(const FairShare& share, int64_t tokens_used) {
  Flow& flow = flows_.at(share.key_id);
  flow.under_way -= static_cast<double>(share.tokens) / share.weight;
  if (--flow.n_under_way == 0) flow.under_way = 0;  // and not what rounding left
  flow.used += static_cast<double>(tokens_used) / share.weight;
  RaiseFloor();
}

// The oldest request of those that are equal.
FairQueue::Flows::const_iterator FairQueue::Lowest() const {
  auto lowest = flows_.end();
  const auto order = [](const Flow& flow) {
    return std::tuple(flow.counter(), flow.waiting.front().id);
  };
  for (auto it = flows_.begin(); it != flows_.end(); ++it) {
    if (it->second.waiting.empty()) continue;
    if (lowest == flows_.end() || order(it->second) < order(lowest->second)) lowest = it;
  }
  return lowest;
}

// And forgets whom it tells from a newcomer no more.
void FairQueue::RaiseFloor() {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double lowest = kNone;
  bool is_busy = false;
  for (const auto& [key, flow] : flows_) {
    if (!flow.waiting.empty()) lowest = std::min(lowest, flow.used);
    is_busy = is_busy || !flow.waiting.empty() || flow.n_under_way > 0;
  }
  if (lowest != kNone) floor_ = std::max(floor_, lowest);
  std::erase_if(flows_, [&](const auto& entry) {
    const Flow& flow = entry.second;
    return flow.waiting.empty() && flow.n_under_way == 0 && (!is_busy || flow.used <= floor_);
  });
  if (!is_busy) floor_ = 0;
}

}  // namespace lemma::pool
