#include "service/pool/waiting_line.h"

#include <algorithm>

namespace lemma::pool {

TicketId WaitingLine::Enter(const std::string& model, const FairShare& share, TimePoint until) {
  const TicketId id = ++last_id_;
  queues_[model].Push(id, share);
  waiting_.emplace(id, Waiting{model, share, until});
  n_tokens_ += share.tokens;
  return id;
}

void WaitingLine::Leave(TicketId id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  FairQueue& queue = queues_.at(found->second.model);
  queue.Remove(id, found->second.share);
  if (queue.is_idle()) queues_.erase(found->second.model);
  Drop(found);
}

void WaitingLine::Drop(std::map<TicketId, Waiting>::iterator waiting) {
  n_tokens_ -= waiting->second.share.tokens;
  waiting_.erase(waiting);
}

std::vector<TicketId> WaitingLine::Overflow() {
  std::vector<TicketId> dropped;
  while (!Fits()) {
    dropped.push_back(NewestOfGreediest());
    Leave(dropped.back());
  }
  return dropped;
}

TicketId WaitingLine::NewestOfGreediest() const {
  struct Part {
    double of_line = 0;
    TicketId newest = 0;
  };
  using Parts = std::map<std::string, Part>;
  const auto greediest = [](const Parts& parts) {
    return std::ranges::max_element(
        parts, {}, [](const Parts::value_type& entry) { return entry.second.of_line; });
  };
  Parts keys;
  std::map<std::string, Parts> runs;  // of each key
  for (const auto& [id, waiting] : waiting_) {
    const double requests = 1.0 / static_cast<double>(options_.requests_max);
    const double tokens =
        static_cast<double>(waiting.share.tokens) / static_cast<double>(options_.tokens_max);
    const std::string& key = waiting.share.key_id;
    for (Part* part : {&keys[key], &runs[key][waiting.share.run]}) {
      part->of_line += requests + tokens;
      part->newest = id;
    }
  }
  return greediest(runs.at(greediest(keys)->first))->second.newest;
}

std::vector<TicketId> WaitingLine::Expired(TimePoint now) {
  std::vector<TicketId> expired;
  for (const auto& [id, waiting] : waiting_) {
    if (waiting.until <= now) expired.push_back(id);
  }
  for (const TicketId id : expired) Leave(id);
  return expired;
}

std::vector<TicketId> WaitingLine::All() const {
  std::vector<TicketId> all;
  for (const auto& [id, waiting] : waiting_) all.push_back(id);
  return all;
}

std::vector<std::string> WaitingLine::models() const {
  std::vector<std::string> models;
  for (const auto& [model, queue] : queues_) {
    if (queue.Next()) models.push_back(model);
  }
  return models;
}

std::optional<TicketId> WaitingLine::Next(const std::string& model) const {
  const auto queue = queues_.find(model);
  return queue == queues_.end() ? std::nullopt : queue->second.Next();
}

void WaitingLine::Begin(const std::string& model) {
  FairQueue& queue = queues_.at(model);
  Drop(waiting_.find(*queue.Next()));
  queue.Begin();
}

void WaitingLine::Settle(const std::string& model, const FairShare& share, int64_t tokens_used) {
  FairQueue& queue = queues_.at(model);
  queue.Settle(share, tokens_used);
  if (queue.is_idle()) queues_.erase(model);
}

}  // namespace lemma::pool
