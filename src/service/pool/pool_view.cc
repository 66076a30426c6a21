// The replicas as people see them.
#include <algorithm>
#include <set>

#include "service/pool/pool_impl.h"

namespace lemma::pool {
namespace {

const char* BreakerStateName(Breaker::State state) {
  switch (state) {
    case Breaker::State::kClosed:
      return "closed";
    case Breaker::State::kOpen:
      return "open";
    case Breaker::State::kHalfOpen:
      return "half_open";
  }
  return "";
}

}  // namespace

std::vector<ReplicaView> PoolImpl::List() const {
  MutexLock lock(mutex_);
  const TimePoint now = Now();
  std::vector<ReplicaView> views;
  std::set<std::string> seen;
  for (const auto& [id, member] : members_) {
    views.push_back(ViewOf(id, member, now));
    seen.insert(member.id);
  }
  for (const auto& [id, remote] : remotes_) {
    if (seen.contains(id)) continue;
    ReplicaView view;
    view.id = id;
    view.name = remote.config.name;
    view.address = remote.config.address;
    view.is_added = remote.is_added;
    view.is_draining = remote.is_draining;
    view.state = "unresolved";
    view.breaker = BreakerStateName(Breaker::State::kClosed);
    views.push_back(std::move(view));
  }
  return views;
}

ReplicaView PoolImpl::ViewOf(ReplicaId id, const Member& member, TimePoint now) const {
  const Replica& replica = table_.replicas().at(id);
  const auto remote = remotes_.find(member.id);
  ReplicaView view;
  view.id = member.id;
  view.name = member.name;
  view.address = member.address;
  // One that is not among the remotes any more has been removed, so it had been added.
  view.is_added = !member.process && (remote == remotes_.end() || remote->second.is_added);
  view.state = table_.StateOf(replica, now);
  view.is_draining = !replica.takes_requests();
  view.breaker = BreakerStateName(replica.breaker.state(now));
  view.models = replica.models;
  view.n_in_flight = replica.n_in_flight;
  view.reserved_tokens = replica.reserved_tokens;
  view.n_waiting = WaitingFor(replica.models);
  view.requests_max = replica.capacity.requests;
  view.heartbeat_age = replica.health.heartbeat_age();
  view.resources = replica.resources;
  view.n_chosen = replica.n_chosen;
  view.n_ended = replica.n_ended;
  view.n_hung = replica.n_hung;
  view.n_breaker_opened = replica.breaker.n_opened();
  if (member.process) {
    view.process = {.pid = member.process->pid(),
                    .n_restarts = member.process->n_restarts(),
                    .in_crash_loop = member.process->in_crash_loop()};
  }
  return view;
}

int64_t PoolImpl::WaitingFor(const std::vector<std::string>& models) const {
  return std::ranges::count_if(waiters_, [&](const auto& entry) {
    return std::ranges::find(models, entry.second.request.route.model) != models.end();
  });
}

}  // namespace lemma::pool
