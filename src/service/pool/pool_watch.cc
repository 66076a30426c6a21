// Watching: probes, what hangs, what has gone, which addresses a name has.
#include <algorithm>
#include <utility>

#include "common/base/log.h"
#include "service/pool/pool_impl.h"

namespace lemma::pool {
namespace {

// How often the watching thread looks at what is due; a worker that starts is asked so often.
constexpr std::chrono::milliseconds kTick{50};

}  // namespace

void PoolImpl::Watch() {
  while (true) {
    std::vector<std::shared_ptr<Lease>> lost;
    {
      MutexLock lock(mutex_);
      if (is_stopping_) return;
      const TimePoint now = Now();
      StartProbes(now);
      lost = GiveUpHung(now);
      RestartIdle();
      DropGone();
      RefuseExpired(now);
      PlaceAll(now);
    }
    Deliver();
    for (const auto& lease : lost) lease->Lose();
    lost.clear();
    MutexLock lock(mutex_);
    if (!is_stopping_) changed_.wait_for(mutex_, kTick);
  }
}

void PoolImpl::StartProbes(TimePoint now) {
  for (auto& [id, member] : members_) {
    const Replica& replica = *table_.Find(id);
    const bool is_over = replica.is_gone && replica.n_in_flight == 0;  // DropGone waits for probes
    if (member.is_probed || is_over || now < member.probe_due) continue;
    member.is_probed = true;
    const ProbeRequest request = {.address = member.address,
                                  .headers = member.headers,
                                  .path = member.probe_path,
                                  .wants_models = member.models_due};
    Probe(*client_, request, [this, id = id, n = member.n_processes](ProbeAnswer answer) {
      OnProbe(id, n, std::move(answer));
    });
  }
}

void PoolImpl::OnProbe(ReplicaId id, int n_processes, ProbeAnswer answer) {
  MutexLock lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end()) return;
  Member& member = found->second;
  const TimePoint now = Now();
  member.is_probed = false;
  if (member.n_processes != n_processes) return;  // of the process before this one
  const bool is_ready = answer.kind == ProbeAnswer::Kind::kReady;
  const bool is_starting = member.process != nullptr && !is_ready;
  member.probe_due = now + (is_starting ? kTick : options_.probe_interval);
  switch (answer.kind) {
    case ProbeAnswer::Kind::kUnreachable:
      // A process that is starting does not listen yet.
      if (member.process && table_.Find(id)->health.state(now) == HealthState::kUnknown) break;
      member.models_due = member.model.empty();
      table_.OnProbeFailure(id, /*has_connected=*/false, now);
      break;
    case ProbeAnswer::Kind::kSilent:
      table_.OnProbeFailure(id, /*has_connected=*/true, now);
      break;
    case ProbeAnswer::Kind::kReady:
    case ProbeAnswer::Kind::kNotReady:
      member.probe_path = answer.path;
      if (!answer.models.empty()) {
        member.models_due = false;
        member.models = std::move(answer.models);
        std::vector<std::string>& ids = table_.Find(id)->models;
        ids.clear();
        for (const ServedModel& model : member.models) ids.push_back(model.id);
      }
      if (answer.capacity) {
        Capacity& capacity = table_.Find(id)->capacity;
        capacity = *answer.capacity;
        if (member.slots > 0) capacity.requests = member.slots;
      }
      table_.Find(id)->resources = std::move(answer.resources);
      table_.OnProbeAnswer(id, is_ready, answer.heartbeat_age, now);
      if (is_ready && member.process) member.process->MarkReady();
      break;
  }
  LogChange(id, answer.why, now);
}

std::vector<std::shared_ptr<Lease>> PoolImpl::GiveUpHung(TimePoint now) {
  std::vector<std::shared_ptr<Lease>> lost;
  for (const ReplicaId id : table_.TakeNewlyHung(now)) {
    Member& member = members_.at(id);
    LogChange(id, member.process ? "killing it" : "", now);
    if (member.process) member.process->Kill();
    for (const auto& weak : member.leases) {
      if (auto lease = weak.lock()) lost.push_back(std::move(lease));
    }
  }
  return lost;
}

void PoolImpl::RestartIdle() {
  for (auto& [id, member] : members_) {
    const Replica& replica = *table_.Find(id);
    if (!replica.is_restarting || replica.n_in_flight > 0 || member.is_told_to_end) continue;
    member.is_told_to_end = member.process->Restart();  // else as soon as it can be
  }
}

void PoolImpl::DropGone() {
  for (auto entry = members_.begin(); entry != members_.end();) {
    const auto& [id, member] = *entry;
    const Replica& replica = *table_.Find(id);
    if (!replica.is_gone || member.is_probed || replica.n_in_flight > 0) {
      ++entry;
      continue;
    }
    LogInfo("pool: {} is gone", member.name);
    table_.Remove(id);
    entry = members_.erase(entry);
  }
}

void PoolImpl::LogChange(ReplicaId id, const std::string& why, TimePoint now) {
  Member& member = members_.at(id);
  const HealthState state = table_.Find(id)->health.state(now);
  if (state == std::exchange(member.logged, state)) return;
  if (state == HealthState::kReady || state == HealthState::kUnknown) {
    return LogInfo("pool: {} is {}", member.name, HealthStateName(state));
  }
  LogWarning("pool: {} is {}{}{}", member.name, HealthStateName(state), why.empty() ? "" : ": ",
             why);
}

void PoolImpl::OnProcess(ReplicaId id) {
  MutexLock lock(mutex_);
  Member& member = members_.at(id);
  ++member.n_processes;
  member.is_told_to_end = false;
  member.probe_due = Now();
  table_.OnProcess(id);
  LogChange(id, "", Now());
}

}  // namespace lemma::pool
