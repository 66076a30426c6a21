// The pool's inside: what its parts share. pool.cc chooses and answers, pool_line.cc lets requests
// wait, pool_watch.cc keeps an eye on the replicas, pool_remotes.cc knows which there are
// elsewhere, pool_view.cc shows all of them. Internal to the room.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/thread_annotations.h"
#include "common/net/http_client.h"
#include "service/pool/pool.h"
#include "service/pool/quarantine.h"
#include "service/pool/worker_process.h"

namespace lemma::pool {

// A replica, with what the table does not need to know.
struct Member {
  std::string id;  // of the worker or remote
  std::string name;
  std::string address;
  std::string model;  // the configured one; "": those it lists
  int64_t slots = 0;  // configured; 0: as it says
  std::vector<net::Header> headers;
  std::unique_ptr<WorkerProcess> process;  // of a local worker
  bool is_told_to_end = false;             // that process, for another to take its place
  int n_processes = 0;                     // what an earlier one answers says nothing of this one
  bool is_probed = false;
  TimePoint probe_due{};
  size_t probe_path = 0;
  bool models_due = true;           // it is to say what it serves, for it may be another server now
  std::vector<ServedModel> models;  // empty: not known yet
  HealthState logged = HealthState::kUnknown;
  std::vector<std::weak_ptr<Lease>> leases;  // and some that have ended
};

// A remote that is configured, whatever its name resolves to.
struct Remote {
  RemoteReplica config;
  bool is_added = false;     // by AddRemote
  bool is_draining = false;  // what its name resolves to later will be too
};

class PoolImpl final : public Pool {
 public:
  explicit PoolImpl(const PoolOptions& options);
  ~PoolImpl() override { Stop(); }

  Status Run();
  void Stop() override;

  Status StartError() const override;
  bool AllWorkersReady() const override;
  std::shared_ptr<Turn> Enter(WaitRequest request, std::function<void(Placement)> placed) override;
  Result<std::shared_ptr<Lease>> Acquire(const RouteRequest& request,
                                         uint64_t request_hash) override;
  std::optional<Duration> RefusedFor(uint64_t request_hash) const override;
  void CountRetry(bool has_other) override;
  int n_ready() const override;
  std::vector<ServedModel> Models() const override;
  std::vector<ReplicaView> List() const override;
  Status AddRemote(const RemoteReplica& remote) override;
  Status RemoveRemote(const std::string& id) override;
  Status SetDraining(const std::string& id, bool draining) override;
  Status Restart(const std::string& id) override;
  std::string RenderMetrics() const override;
  std::vector<Neighbour> Neighbours() const override;
  pid_t PidOf(const std::string& worker) const override;

 private:
  struct Waiter {
    std::shared_ptr<Turn> turn;
    WaitRequest request;
    FairShare share;
  };
  struct Delivery {
    std::shared_ptr<Turn> turn;
    Placement placement;
  };

  Status AddWorker(const LocalWorker& worker) LEMMA_EXCLUDES(mutex_);
  Status AddRemote(const RemoteReplica& config, bool is_added) LEMMA_REQUIRES(mutex_);
  Result<ReplicaId> AddMember(Member member) LEMMA_REQUIRES(mutex_);
  void OnProcess(ReplicaId id) LEMMA_EXCLUDES(mutex_);
  void OnResolved(const std::string& id, const std::vector<std::string>& hosts)
      LEMMA_EXCLUDES(mutex_);
  ReplicaView ViewOf(ReplicaId id, const Member& member, TimePoint now) const
      LEMMA_REQUIRES(mutex_);
  int64_t WaitingFor(const std::vector<std::string>& models) const LEMMA_REQUIRES(mutex_);
  int64_t TokensOf(const RouteRequest& request) const LEMMA_REQUIRES(mutex_);
  std::shared_ptr<Lease> MakeLease(ReplicaId id, const RouteRequest& request, uint64_t request_hash)
      LEMMA_REQUIRES(mutex_);
  void OnLeaseEnd(ReplicaId id, int64_t tokens, uint64_t request_hash, TimePoint began,
                  Outcome outcome) LEMMA_EXCLUDES(mutex_);

  // pool_line.cc. What they decide is told by Deliver, without the lock.
  void StandInLine(const std::shared_ptr<Turn>& turn, WaitRequest request, TimePoint now)
      LEMMA_REQUIRES(mutex_);
  void PlaceWaiting(const std::string& model, TimePoint now) LEMMA_REQUIRES(mutex_);
  void PlaceAll(TimePoint now) LEMMA_REQUIRES(mutex_);
  void Refuse(TicketId id, Status status) LEMMA_REQUIRES(mutex_);
  void RefuseExpired(TimePoint now) LEMMA_REQUIRES(mutex_);
  void OnLeave(TicketId id) LEMMA_EXCLUDES(mutex_);
  void Deliver() LEMMA_EXCLUDES(mutex_);

  void Watch() LEMMA_EXCLUDES(mutex_);
  void StartProbes(TimePoint now) LEMMA_REQUIRES(mutex_);
  void OnProbe(ReplicaId id, int n_processes, ProbeAnswer answer) LEMMA_EXCLUDES(mutex_);
  // Kills what hangs here; gives the leases of all that hangs, to be lost without the lock: the
  // last reference to one may go with that.
  std::vector<std::shared_ptr<Lease>> GiveUpHung(TimePoint now) LEMMA_REQUIRES(mutex_);
  void RestartIdle() LEMMA_REQUIRES(mutex_);
  void DropGone() LEMMA_REQUIRES(mutex_);
  void LogChange(ReplicaId id, const std::string& why, TimePoint now) LEMMA_REQUIRES(mutex_);

  static TimePoint Now() { return std::chrono::steady_clock::now(); }

  const PoolOptions options_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  bool is_stopping_ LEMMA_GUARDED_BY(mutex_) = false;
  ReplicaTable table_ LEMMA_GUARDED_BY(mutex_);
  Quarantine quarantine_ LEMMA_GUARDED_BY(mutex_);
  std::map<ReplicaId, Member> members_ LEMMA_GUARDED_BY(mutex_);
  std::map<std::string, Remote> remotes_ LEMMA_GUARDED_BY(mutex_);  // by id
  int64_t n_retries_ LEMMA_GUARDED_BY(mutex_) = 0;
  int64_t n_retries_exhausted_ LEMMA_GUARDED_BY(mutex_) = 0;
  WaitingLine line_ LEMMA_GUARDED_BY(mutex_);
  std::map<TicketId, Waiter> waiters_ LEMMA_GUARDED_BY(mutex_);
  std::deque<Delivery> outbox_ LEMMA_GUARDED_BY(mutex_);
  bool is_delivering_ LEMMA_GUARDED_BY(mutex_) = false;
  int64_t n_overflowed_ LEMMA_GUARDED_BY(mutex_) = 0;
  int64_t n_expired_ LEMMA_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<NameWatcher> name_watcher_;
  std::thread watcher_;
};

}  // namespace lemma::pool
