// Replicas behind the gateway: local worker processes under supervision and remote servers,
// watched, and chosen among for each request.
//
// Threads: one that watches, one that resolves names, one a local worker, and the I/O thread of the
// client that probes. All methods are thread-safe; none but Start, Stop and
// the destructor waits.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/pool/lease.h"
#include "service/pool/probe.h"
#include "service/pool/replica_table.h"
#include "service/pool/replica_view.h"
#include "service/pool/resolve.h"
#include "service/pool/restart_policy.h"
#include "service/pool/turn.h"
#include "service/pool/waiting_line.h"

namespace lemma::pool {

struct LocalWorker {
  std::string name;
  std::string address;               // where it will listen: "unix:/path"
  std::vector<std::string> command;  // program and arguments
};

// Any server of the OpenAI protocol. A DNS name stands for as many replicas as it has addresses,
// "<name>/<address>" each, and is asked again from time to time.
struct RemoteReplica {
  std::string name;
  std::string address;     // as net::ParseAddress takes it
  std::string model = {};  // "": those it lists
  std::string key = {};    // "": none; sent as a bearer token, never logged
  int64_t slots = 0;       // requests that it computes at a time; 0: as it says, else Capacity's
  std::string id = {};     // "" in PoolOptions: "remote-<n>", by its place there
};

// A request that waits for a replica.
struct WaitRequest {
  RouteRequest route;
  uint64_t request_hash = 0;  // as of Acquire
  std::string key_id = {};    // keys are served by turns (fair_queue.h); "": of nobody known
  double weight = 1;
  std::string run = {};  // as FairShare has it
  std::optional<Duration> patience =
      {};  // kDeadlineExceeded after it; at most LineOptions::wait_max
};

struct PoolOptions {
  std::vector<LocalWorker> workers;
  std::vector<RemoteReplica> remotes;
  RoutingOptions routing;
  RestartOptions restart;
  LineOptions line;
  std::chrono::milliseconds probe_interval{500};
  std::chrono::milliseconds probe_timeout{2000};
  std::chrono::milliseconds resolve_interval{30000};
  std::chrono::milliseconds worker_stop_timeout{10000};  // between SIGTERM and SIGKILL
  Resolve resolve = ResolveHost;
};

class Pool {
 public:
  // Errors: kInvalidArgument (an address, a name that stands twice), kIoError (no room for a
  // process).
  static Result<std::unique_ptr<Pool>> Start(const PoolOptions& options);
  virtual ~Pool() = default;  // Stop()

  // The first local worker that ended before it was ever ready, as an error (kUnavailable: a
  // missing model, a wrong option; the reason is on standard error); ok where all are or may yet
  // be.
  virtual Status StartError() const = 0;
  virtual bool AllWorkersReady() const = 0;

  // Waits in line for a replica that has room, fairly among keys, and calls `placed` once, here or
  // on any other thread, one request after the other: it must not block. Errors in the placement:
  // as ReplicaTable::Choose; kUnavailable or kDeadlineExceeded, is_overload: the line is full, or
  // it has waited too long.
  virtual std::shared_ptr<Turn> Enter(WaitRequest request,
                                      std::function<void(Placement)> placed) = 0;
  // Chooses a replica and reserves the request's tokens there, whether it has room or not: for what
  // computes nothing, and for a second try, which has waited. `request_hash` is what the quarantine
  // knows the request by; 0: it cannot do harm. Errors: as ReplicaTable::Choose.
  virtual Result<std::shared_ptr<Lease>> Acquire(const RouteRequest& request,
                                                 uint64_t request_hash) = 0;
  // For how much longer the request is refused (quarantine.h); nothing where it is not.
  virtual std::optional<Duration> RefusedFor(uint64_t request_hash) const = 0;
  // A request that had sent nothing went to another replica; or there was none to go to.
  virtual void CountRetry(bool has_other) = 0;

  // Replicas that can be asked.
  virtual int n_ready() const = 0;
  virtual std::vector<ServedModel> Models() const = 0;

  // Every replica, and every remote of which no address is known yet.
  virtual std::vector<ReplicaView> List() const = 0;

  // In what follows `id` is that of a local worker (its name) or of a remote, which may be several
  // replicas: one for each address of its name.
  //
  // A replica more; it has an id. Errors: kInvalidArgument (an address; a name or id that is there
  // already); kUnavailable: the pool is stopping.
  virtual Status AddRemote(const RemoteReplica& remote) = 0;
  // It gets no new requests, finishes what it has, and is gone. Errors: kNotFound;
  // kInvalidArgument: it was not added by AddRemote.
  virtual Status RemoveRemote(const std::string& id) = 0;
  // It gets no new requests, what it has goes on; or it gets them again, and is not restarted where
  // that waited. Errors: kNotFound.
  virtual Status SetDraining(const std::string& id, bool draining) = 0;
  // The local worker gets no new requests; when it has finished what it has, another process takes
  // its place. Errors: kNotFound; kInvalidArgument: a remote one.
  virtual Status Restart(const std::string& id) = 0;

  // lemma_pool_*, in Prometheus' exposition format.
  virtual std::string RenderMetrics() const = 0;
  // The ready replicas on Unix sockets, with their names: workers of this machine, whose metrics
  // nobody but this process can ask for.
  struct Neighbour {
    std::string name;
    std::string address;
  };
  virtual std::vector<Neighbour> Neighbours() const = 0;

  virtual pid_t PidOf(const std::string& worker) const = 0;  // -1: none runs

  // Ends the local workers: SIGTERM, SIGKILL after worker_stop_timeout. Idempotent.
  virtual void Stop() = 0;
};

}  // namespace lemma::pool
