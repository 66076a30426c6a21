#include "service/pool/replica_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace lemma::pool {
namespace {

constexpr double kWarmUpShareMin = 0.1;
// A conversation stays where it is cached while that replica's load is at most so much higher than
// the least loaded one's.
constexpr double kAffinityLoadRatio = 1.5;
constexpr double kAffinityLoadTokens = 4096;

// Rendezvous hashing: every gateway prefers the same replica for a conversation, and only those of
// a replica that goes move. The mixing is the finaliser of SplitMix64 (Steele et al., 2014).
uint64_t Preference(uint64_t conversation, const std::string& name) {
  uint64_t x = conversation ^ std::hash<std::string>{}(name);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  constexpr const char* kNames[kOutcomes] = {"answered", "refused",     "failed",
                                             "lost",     "unreachable", "cancelled"};
  return kNames[static_cast<int>(outcome)];
}

ReplicaId ReplicaTable::Add(const std::string& name) {
  replicas_.emplace(++last_id_, Replica(name, options_));
  return last_id_;
}

Replica* ReplicaTable::Find(ReplicaId id) {
  const auto found = replicas_.find(id);
  return found == replicas_.end() ? nullptr : &found->second;
}

void ReplicaTable::OnProbeAnswer(ReplicaId id, bool is_ready, std::optional<Duration> heartbeat_age,
                                 TimePoint now) {
  Replica* replica = Find(id);
  if (replica == nullptr) return;
  replica->health.OnAnswer(is_ready, heartbeat_age, now);
  if (!is_ready) {
    replica->ready_since.reset();
  } else if (!replica->ready_since) {
    replica->ready_since = now;
  }
}

void ReplicaTable::OnProbeFailure(ReplicaId id, bool has_connected, TimePoint now) {
  Replica* replica = Find(id);
  if (replica == nullptr) return;
  if (has_connected) {
    replica->health.OnNoAnswer();
  } else {
    replica->health.OnNoConnection();
    replica->resources = {};  // whoever held them is gone
  }
  if (!IsReady(*replica, now)) replica->ready_since.reset();
}

void ReplicaTable::OnProcess(ReplicaId id) {
  Replica* replica = Find(id);
  if (replica == nullptr) return;
  replica->health.Reset();
  replica->breaker.Reset();
  replica->resources = {};
  replica->is_restarting = false;
  replica->ready_since.reset();
}

std::vector<ReplicaId> ReplicaTable::TakeNewlyHung(TimePoint now) {
  std::vector<ReplicaId> all;
  std::vector<ReplicaId> fresh;
  for (auto& [id, replica] : replicas_) {
    if (replica.health.state(now) != HealthState::kHung) continue;
    all.push_back(id);
    if (std::ranges::find(hung_, id) != hung_.end()) continue;
    fresh.push_back(id);
    ++replica.n_hung;
  }
  hung_ = std::move(all);
  return fresh;
}

Result<ReplicaId> ReplicaTable::Choose(const RouteRequest& request, TimePoint now) {
  std::vector<ReplicaId> candidates = Candidates(request, now);
  if (candidates.empty()) return WhyNone(ModelOf(request));
  if (request.needs_room) {
    std::erase_if(candidates,
                  [&](ReplicaId id) { return !HasRoom(replicas_.at(id), request.tokens); });
    if (candidates.empty()) return kNoReplica;
  }
  ReplicaId chosen = LeastLoaded(candidates, request.tokens, now);
  if (request.conversation != 0) {
    const ReplicaId preferred = *std::ranges::max_element(candidates, {}, [&](ReplicaId id) {
      return Preference(request.conversation, replicas_.at(id).name);
    });
    const double least = LoadWith(replicas_.at(chosen), request.tokens, now);
    const double load = LoadWith(replicas_.at(preferred), request.tokens, now);
    if (load <= least * kAffinityLoadRatio + kAffinityLoadTokens) chosen = preferred;
  }
  Replica& replica = replicas_.at(chosen);
  replica.breaker.OnBegin(now);
  replica.reserved_tokens += request.tokens;
  ++replica.n_in_flight;
  ++replica.n_chosen;
  replica.last_chosen = ++n_choices_;
  return chosen;
}

void ReplicaTable::End(ReplicaId id, int64_t tokens, Outcome outcome, TimePoint now) {
  Replica* replica = Find(id);
  if (replica == nullptr) return;
  replica->reserved_tokens -= tokens;
  --replica->n_in_flight;
  ++replica->n_ended[static_cast<size_t>(outcome)];
  switch (outcome) {
    case Outcome::kAnswered:
      return replica->breaker.OnSuccess(now);
    case Outcome::kFailed:
      return replica->breaker.OnFailure(now);
    case Outcome::kRefused:
    case Outcome::kCancelled:
      return replica->breaker.OnNoVerdict(now);
    case Outcome::kLost:
    case Outcome::kUnreachable:
      // Nothing more goes there until a probe has been answered.
      replica->health.OnNoConnection();
      replica->ready_since.reset();
      return replica->breaker.OnFailure(now);
  }
}

bool ReplicaTable::IsReady(const Replica& replica, TimePoint now) const {
  const HealthState state = replica.health.state(now);
  return state == HealthState::kReady || state == HealthState::kSilent;
}

std::string ReplicaTable::StateOf(const Replica& replica, TimePoint now) const {
  const HealthState state = replica.health.state(now);
  if (state == HealthState::kNotReady) return "not_ready";  // a word, as the others are
  if (!IsReady(replica, now)) return HealthStateName(state);
  if (replica.is_gone) return "leaving";
  if (replica.is_restarting) return "restarting";
  if (replica.draining) return "draining";
  if (state == HealthState::kReady && WarmShare(replica, now) < 1) return "warming";
  return HealthStateName(state);
}

int ReplicaTable::n_ready(TimePoint now) const {
  return static_cast<int>(std::ranges::count_if(replicas_, [&](const auto& entry) {
    return IsReady(entry.second, now) && entry.second.takes_requests();
  }));
}

std::vector<std::string> ReplicaTable::models() const {
  std::vector<std::string> models;
  for (const auto& [id, replica] : replicas_) {
    for (const std::string& model : replica.models) {
      if (!Contains(models, model)) models.push_back(model);
    }
  }
  return models;
}

std::string ReplicaTable::default_model() const {
  for (const auto& [id, replica] : replicas_) {
    if (!replica.models.empty()) return replica.models.front();
  }
  return "";
}

std::string ReplicaTable::ModelOf(const RouteRequest& request) const {
  return request.model.empty() ? default_model() : request.model;
}

Status ReplicaTable::CheckServed(const RouteRequest& request, TimePoint now) const {
  return Candidates(request, now).empty() ? WhyNone(ModelOf(request)) : Ok();
}

int64_t ReplicaTable::AnswerTokens(const std::string& model) const {
  int64_t most = 0;
  for (const auto& [id, replica] : replicas_) {
    if (Contains(replica.models, model)) most = std::max(most, replica.capacity.answer_tokens);
  }
  return most;
}

// An idle one takes whatever it is: it will say itself that it cannot.
bool ReplicaTable::HasRoom(const Replica& replica, int64_t tokens) {
  if (replica.n_in_flight == 0) return true;
  return replica.n_in_flight < replica.capacity.requests &&
         tokens <= replica.capacity.tokens - replica.reserved_tokens;
}

double ReplicaTable::WarmShare(const Replica& replica, TimePoint now) const {
  if (!replica.ready_since || options_.warm_up <= Duration{}) return 1;
  const double warm = std::chrono::duration<double>(now - *replica.ready_since) /
                      std::chrono::duration<double>(options_.warm_up);
  return std::clamp(warm, kWarmUpShareMin, 1.0);
}

double ReplicaTable::LoadWith(const Replica& replica, int64_t tokens, TimePoint now) const {
  return static_cast<double>(replica.reserved_tokens + tokens) / WarmShare(replica, now);
}

// Those that are ready and answer; where none does, those that are slow to.
std::vector<ReplicaId> ReplicaTable::Candidates(const RouteRequest& request, TimePoint now) const {
  const std::string model = ModelOf(request);
  std::vector<ReplicaId> ready;
  std::vector<ReplicaId> silent;
  for (const auto& [id, replica] : replicas_) {
    const bool may_take = request.on.empty()
                              ? replica.takes_requests() && Contains(replica.models, model)
                              : replica.name == request.on;
    if (id == request.not_on || !may_take) continue;
    if (!replica.breaker.Allows(now)) continue;
    const HealthState state = replica.health.state(now);
    if (state == HealthState::kReady) ready.push_back(id);
    if (state == HealthState::kSilent) silent.push_back(id);
  }
  return ready.empty() ? silent : ready;
}

ReplicaId ReplicaTable::LeastLoaded(const std::vector<ReplicaId>& among, int64_t tokens,
                                    TimePoint now) const {
  return *std::ranges::min_element(among, {}, [&](ReplicaId id) {
    const Replica& replica = replicas_.at(id);
    return std::pair(LoadWith(replica, tokens, now), replica.last_chosen);
  });
}

bool ReplicaTable::IsAwaited(const std::string& model) const {
  return std::ranges::any_of(awaited_, [&](const auto& entry) { return entry.second == model; });
}

Status ReplicaTable::WhyNone(const std::string& model) const {
  const std::vector<std::string> known = models();
  if (Contains(known, model) || IsAwaited(model)) {
    return Unavailable("the model is not available at the moment");
  }
  const bool all_have_said =
      !IsAwaited("") && std::ranges::none_of(replicas_, [](const auto& entry) {
        return entry.second.models.empty();
      });
  if (!all_have_said || known.empty()) {
    return Unavailable(
        "the model is not available at the moment: not every replica has said yet "
        "what it serves");
  }
  return Status(
      StatusCode::kNotFound,
      fmt::format("there is no model \"{}\" here; there are: {}", model, fmt::join(known, ", ")),
      "model");
}

}  // namespace lemma::pool
