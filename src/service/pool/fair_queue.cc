#include "service/pool/fair_queue.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace lemma::pool {
namespace {

double CostOf(const FairShare& share, int64_t tokens) {
  return static_cast<double>(tokens) / share.weight;
}

}  // namespace

void FlowQueue::Push(TicketId id, const std::string& name, double cost) {
  Flow& flow = flows_[name];
  // Of `used` alone: what is under way counts for its owner only as long as it is.
  if (flow.waiting.empty()) flow.used = std::max(flow.used, floor_);
  flow.waiting.push_back({id, cost});
  RaiseFloor();
}

void FlowQueue::Remove(TicketId id, const std::string& name) {
  std::erase_if(flows_.at(name).waiting, [&](const Item& item) { return item.id == id; });
  RaiseFloor();
}

const std::string* FlowQueue::NextFlow() const {
  const auto lowest = Lowest();
  return lowest == flows_.end() ? nullptr : &lowest->first;
}

std::optional<TicketId> FlowQueue::Next() const {
  const auto lowest = Lowest();
  if (lowest == flows_.end()) return std::nullopt;
  return lowest->second.waiting.front().id;
}

void FlowQueue::Begin(TicketId id) {
  Flow& flow = flows_.at(Lowest()->first);
  const auto item = std::ranges::find(flow.waiting, id, &Item::id);
  flow.under_way += item->cost;
  ++flow.n_under_way;
  flow.waiting.erase(item);
}

void FlowQueue::Settle(const std::string& name, double cost, double used) {
  Flow& flow = flows_.at(name);
  flow.under_way -= cost;
  if (--flow.n_under_way == 0) flow.under_way = 0;  // and not what rounding left
  flow.used += used;
  if (are_many_) floor_ += used / static_cast<double>(flows_.size());
  RaiseFloor();
}

// The oldest request of those that are equal.
FlowQueue::Flows::const_iterator FlowQueue::Lowest() const {
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
void FlowQueue::RaiseFloor() {
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

void FairQueue::Push(TicketId id, const FairShare& share) {
  const double cost = CostOf(share, share.tokens);
  keys_.Push(id, share.key_id, cost);
  runs_.try_emplace(share.key_id, /*are_many=*/true).first->second.Push(id, share.run, cost);
}

void FairQueue::Remove(TicketId id, const FairShare& share) {
  keys_.Remove(id, share.key_id);
  FlowQueue& runs = runs_.at(share.key_id);
  runs.Remove(id, share.run);
  if (runs.is_idle()) runs_.erase(share.key_id);
}

std::optional<TicketId> FairQueue::Next() const {
  const std::string* key = keys_.NextFlow();
  return key == nullptr ? std::nullopt : runs_.at(*key).Next();
}

void FairQueue::Begin() {
  FlowQueue& runs = runs_.at(*keys_.NextFlow());
  const TicketId id = *runs.Next();
  keys_.Begin(id);
  runs.Begin(id);
}

void FairQueue::Settle(const FairShare& share, int64_t tokens_used) {
  const double cost = CostOf(share, share.tokens), used = CostOf(share, tokens_used);
  keys_.Settle(share.key_id, cost, used);
  FlowQueue& runs = runs_.at(share.key_id);
  runs.Settle(share.run, cost, used);
  if (runs.is_idle()) runs_.erase(share.key_id);
}

}  // namespace lemma::pool
