#include "service/pool/pool.h"

#include <algorithm>
#include <utility>

#include "service/pool/pool_impl.h"
#include "service/pool/pool_metrics.h"

namespace lemma::pool {
namespace {

net::HttpClientOptions ProbeClientOptions(std::chrono::milliseconds timeout) {
  net::HttpClientOptions options;
  options.connect_timeout = options.first_byte_timeout = options.idle_timeout = timeout;
  options.body_bytes_max = 1 << 20;
  return options;
}

}  // namespace

PoolImpl::PoolImpl(const PoolOptions& options)
    : options_(options),
      table_(options.routing),
      line_(options.line),
      client_(std::make_unique<net::HttpClient>(ProbeClientOptions(options.probe_timeout))) {}

Status PoolImpl::Run() {
  for (const LocalWorker& worker : options_.workers) LEMMA_RETURN_IF_ERROR(AddWorker(worker));
  name_watcher_ = std::make_unique<NameWatcher>(
      options_.resolve_interval, options_.resolve,
      [this](const std::string& id, const std::vector<std::string>& hosts) {
        OnResolved(id, hosts);
      });
  for (size_t i = 0; i < options_.remotes.size(); ++i) {
    RemoteReplica remote = options_.remotes[i];
    if (remote.id.empty()) remote.id = "remote-" + std::to_string(i);
    MutexLock lock(mutex_);
    LEMMA_RETURN_IF_ERROR(AddRemote(remote, /*is_added=*/false));
  }
  watcher_ = std::thread([this] { Watch(); });
  return Ok();
}

Status PoolImpl::AddWorker(const LocalWorker& worker) {
  MutexLock lock(mutex_);
  Member member;
  member.id = member.name = worker.name;
  member.address = worker.address;
  LEMMA_ASSIGN_OR_RETURN(const ReplicaId id, AddMember(std::move(member)));
  WorkerProcessOptions process;
  process.name = worker.name;
  process.command = worker.command;
  process.drain_timeout = options_.worker_stop_timeout;
  process.restart = options_.restart;
  process.on_exit = process.on_restart = [this, id] { OnProcess(id); };
  LEMMA_ASSIGN_OR_RETURN(members_.at(id).process, WorkerProcess::Start(process));
  return Ok();
}

Result<ReplicaId> PoolImpl::AddMember(Member member) {
  for (const auto& [id, known] : members_) {
    if (known.name == member.name) {
      return InvalidArgument("two replicas have the name \"" + member.name + "\"");
    }
  }
  const ReplicaId id = table_.Add(member.name);
  if (!member.model.empty()) {
    member.models_due = false;
    member.models = {PlainModel(member.model)};
    table_.Find(id)->models = {member.model};
  }
  if (member.slots > 0) table_.Find(id)->capacity.requests = member.slots;
  members_.emplace(id, std::move(member));
  return id;
}

Result<std::shared_ptr<Lease>> PoolImpl::Acquire(const RouteRequest& request,
                                                 uint64_t request_hash) {
  MutexLock lock(mutex_);
  RouteRequest route = request;
  if (route.model.empty()) route.model = table_.default_model();
  route.tokens = TokensOf(route);
  LEMMA_ASSIGN_OR_RETURN(const ReplicaId id, table_.Choose(route, Now()));
  return MakeLease(id, route, request_hash);
}

int64_t PoolImpl::TokensOf(const RouteRequest& request) const {
  return request.tokens + request.n_open_answers * table_.AnswerTokens(request.model);
}

std::shared_ptr<Lease> PoolImpl::MakeLease(ReplicaId id, const RouteRequest& request,
                                           uint64_t request_hash) {
  Member& member = members_.at(id);
  const auto served = std::ranges::find(member.models, request.model, &ServedModel::id);
  Target target = {.id = id,
                   .replica = member.name,
                   .address = member.address,
                   .model = request.model,
                   .bounds_answers = table_.Find(id)->capacity.bounds_answers,
                   .context_tokens = served == member.models.end() ? 0 : served->context_tokens,
                   .headers = member.headers};
  auto lease = std::make_shared<Lease>(
      std::move(target),
      [this, id, tokens = request.tokens, request_hash, began = Now()](Outcome outcome) {
        OnLeaseEnd(id, tokens, request_hash, began, outcome);
      });
  std::erase_if(member.leases, [](const auto& ended) { return ended.expired(); });
  member.leases.push_back(lease);
  return lease;
}

void PoolImpl::OnLeaseEnd(ReplicaId id, int64_t tokens, uint64_t request_hash, TimePoint began,
                          Outcome outcome) {
  {
    MutexLock lock(mutex_);
    const TimePoint now = Now();
    table_.End(id, tokens, outcome, now);
    if (request_hash != 0 && outcome == Outcome::kLost) {
      quarantine_.OnCrash(request_hash, id, began, now);
    }
    if (request_hash != 0 && outcome == Outcome::kAnswered) quarantine_.OnAnswered(request_hash);
    const auto member = members_.find(id);
    const bool is_down = outcome == Outcome::kLost || outcome == Outcome::kUnreachable;
    if (member != members_.end() && is_down) {
      member->second.probe_due = now;
      changed_.notify_all();
    }
    PlaceAll(now);
  }
  Deliver();
}

std::optional<Duration> PoolImpl::RefusedFor(uint64_t request_hash) const {
  MutexLock lock(mutex_);
  return quarantine_.RefusedFor(request_hash, Now());
}

void PoolImpl::CountRetry(bool has_other) {
  MutexLock lock(mutex_);
  ++(has_other ? n_retries_ : n_retries_exhausted_);
}

Status PoolImpl::StartError() const {
  MutexLock lock(mutex_);
  for (const auto& [id, member] : members_) {
    if (!member.process) continue;
    if (const auto because = member.process->gave_up_because()) {
      return Unavailable("the worker ended before it was ready: " + *because);
    }
  }
  return Ok();
}

bool PoolImpl::AllWorkersReady() const {
  MutexLock lock(mutex_);
  const TimePoint now = Now();
  for (const auto& [id, member] : members_) {
    if (member.process && !table_.IsReady(table_.replicas().at(id), now)) return false;
  }
  return true;
}

int PoolImpl::n_ready() const {
  MutexLock lock(mutex_);
  return table_.n_ready(Now());
}

std::vector<ServedModel> PoolImpl::Models() const {
  MutexLock lock(mutex_);
  std::vector<ServedModel> models;
  for (const auto& [id, member] : members_) {
    for (const ServedModel& model : member.models) {
      if (std::ranges::none_of(models, [&](const auto& m) { return m.id == model.id; })) {
        models.push_back(model);
      }
    }
  }
  return models;
}

std::string PoolImpl::RenderMetrics() const {
  MutexLock lock(mutex_);
  const TimePoint now = Now();
  PoolCounts counts;
  counts.n_retries = n_retries_;
  counts.n_retries_exhausted = n_retries_exhausted_;
  counts.n_waiting = line_.n_requests();
  counts.n_waiting_tokens = line_.n_tokens();
  counts.n_overflowed = n_overflowed_;
  counts.n_expired = n_expired_;
  counts.n_quarantined = static_cast<int64_t>(quarantine_.n_refused(now));
  for (const auto& [id, member] : members_) {
    if (!member.process) continue;
    counts.processes[id] = {member.process->n_restarts(), member.process->in_crash_loop()};
  }
  return RenderPoolMetrics(table_, counts, now);
}

std::vector<Pool::Neighbour> PoolImpl::Neighbours() const {
  MutexLock lock(mutex_);
  const TimePoint now = Now();
  std::vector<Neighbour> neighbours;
  for (const auto& [id, member] : members_) {
    if (!member.address.starts_with("unix:")) continue;
    if (!table_.IsReady(table_.replicas().at(id), now)) continue;
    neighbours.push_back({member.name, member.address});
  }
  return neighbours;
}

pid_t PoolImpl::PidOf(const std::string& worker) const {
  MutexLock lock(mutex_);
  for (const auto& [id, member] : members_) {
    if (member.name == worker && member.process) return member.process->pid();
  }
  return -1;
}

void PoolImpl::Stop() {
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    for (const TicketId id : line_.All()) {
      line_.Leave(id);
      Refuse(id, Unavailable("the service is stopping"));
    }
    changed_.notify_all();
  }
  Deliver();
  if (watcher_.joinable()) watcher_.join();
  name_watcher_.reset();
  client_.reset();
  std::vector<WorkerProcess*> processes;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, member] : members_) {
      if (member.process) processes.push_back(member.process.get());
    }
  }
  // Side by side: one that hangs takes worker_stop_timeout. Without the lock, which their callbacks
  // take.
  std::vector<std::jthread> stopping;
  for (WorkerProcess* process : processes) stopping.emplace_back([process] { process->Stop(); });
}

Result<std::unique_ptr<Pool>> Pool::Start(const PoolOptions& options) {
  auto pool = std::make_unique<PoolImpl>(options);
  LEMMA_RETURN_IF_ERROR(pool->Run());
  return std::unique_ptr<Pool>(std::move(pool));
}

}  // namespace lemma::pool
