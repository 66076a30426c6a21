// Waiting: requests in line for a replica, placed as room comes.
#include <utility>

#include "service/pool/pool_impl.h"

namespace lemma::pool {
namespace {

Placement Refusal(Status status, bool is_overload) {
  return {.lease = nullptr, .status = std::move(status), .is_overload = is_overload, .turn = {}};
}

}  // namespace

std::shared_ptr<Turn> PoolImpl::Enter(WaitRequest request, std::function<void(Placement)> placed) {
  const auto turn = std::make_shared<Turn>(std::move(placed));
  {
    MutexLock lock(mutex_);
    const TimePoint now = Now();
    const Status served = is_stopping_ ? Unavailable("the service is stopping")
                                       : table_.CheckServed(request.route, now);
    if (served.ok()) {
      StandInLine(turn, std::move(request), now);
    } else {
      outbox_.push_back({turn, Refusal(served, /*is_overload=*/false)});
    }
  }
  Deliver();
  return turn;
}

void PoolImpl::StandInLine(const std::shared_ptr<Turn>& turn, WaitRequest request, TimePoint now) {
  RouteRequest& route = request.route;
  route.needs_room = true;
  if (route.model.empty()) route.model = table_.default_model();
  route.tokens = TokensOf(route);
  const Duration patience =
      std::min(request.patience.value_or(Duration::max()), options_.line.wait_max);
  const FairShare share = {request.key_id, request.weight, route.tokens, request.run};
  const TicketId id = line_.Enter(route.model, share, now + patience);
  turn->OnLeave([this, id] { OnLeave(id); });
  const std::string model = route.model;
  waiters_.emplace(id, Waiter{turn, std::move(request), share});
  PlaceWaiting(model, now);
  for (const TicketId dropped : line_.Overflow()) {
    ++n_overflowed_;
    Refuse(dropped, Unavailable("the service is full: too much waits for it"));
  }
}

void PoolImpl::PlaceWaiting(const std::string& model, TimePoint now) {
  while (const auto id = line_.Next(model)) {
    const auto waiter = waiters_.find(*id);
    const WaitRequest& request = waiter->second.request;
    const Result<ReplicaId> chosen = table_.Choose(request.route, now);
    if (chosen.status().code() == StatusCode::kNotFound) {  // its last replica was removed
      line_.Leave(*id);
      outbox_.push_back({waiter->second.turn, Refusal(chosen.status(), /*is_overload=*/false)});
      waiters_.erase(waiter);
      continue;
    }
    // Those that wait stay while no replica can be asked: one is likely to come back.
    if (!chosen.ok() || *chosen == kNoReplica) return;
    line_.Begin(model);
    const std::shared_ptr<Turn> turn = waiter->second.turn;
    turn->OnSettle([this, model, share = waiter->second.share](std::optional<int64_t> used) {
      MutexLock lock(mutex_);
      line_.Settle(model, share, used.value_or(share.tokens));
    });
    outbox_.push_back({turn,
                       {.lease = MakeLease(*chosen, request.route, request.request_hash),
                        .status = Ok(),
                        .turn = turn}});
    waiters_.erase(waiter);
  }
}

void PoolImpl::PlaceAll(TimePoint now) {
  for (const std::string& model : line_.models()) PlaceWaiting(model, now);
}

void PoolImpl::Refuse(TicketId id, Status status) {
  const auto waiter = waiters_.find(id);
  outbox_.push_back({waiter->second.turn, Refusal(std::move(status), /*is_overload=*/true)});
  waiters_.erase(waiter);
}

void PoolImpl::RefuseExpired(TimePoint now) {
  for (const TicketId id : line_.Expired(now)) {
    ++n_expired_;
    const bool has_deadline = waiters_.at(id).request.patience.has_value();
    Refuse(id, has_deadline ? Status(StatusCode::kDeadlineExceeded,
                                     "half of its time was over before a replica was free for it")
                            : Unavailable("no replica was free for it in time"));
  }
}

void PoolImpl::OnLeave(TicketId id) {
  {
    MutexLock lock(mutex_);
    const auto waiter = waiters_.find(id);
    if (waiter == waiters_.end()) return;  // it is being placed
    const std::string model = waiter->second.request.route.model;
    line_.Leave(id);
    waiters_.erase(waiter);
    PlaceWaiting(model, Now());  // the next one may fit where this one did not
  }
  Deliver();
}

// One thread at a time, so that requests of one key are placed in their order; and without the
// lock.
void PoolImpl::Deliver() {
  {
    MutexLock lock(mutex_);
    if (is_delivering_) return;
    is_delivering_ = true;
  }
  while (true) {
    Delivery next;
    {
      MutexLock lock(mutex_);
      if (outbox_.empty()) {
        is_delivering_ = false;
        return;
      }
      next = std::move(outbox_.front());
      outbox_.pop_front();
    }
    next.turn->Place(std::move(next.placement));
  }
}

}  // namespace lemma::pool
