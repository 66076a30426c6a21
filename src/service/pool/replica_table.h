// What is known of every replica, and which of them gets a request. The pool's policies in one
// place, without sockets, threads or a clock: time is passed in, and the same calls give the same
// choices. Not thread-safe.
//
// Routing: of the replicas that serve the model, the one with the fewest reserved tokens (a
// reasoning answer is a hundred times as long as another: counting requests would hide it); but the
// one that has the conversation's beginning in its cache, unless its load is clearly higher.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/pool/breaker.h"
#include "service/pool/health.h"

namespace lemma::pool {

using ReplicaId = int64_t;  // never given twice
inline constexpr ReplicaId kNoReplica = 0;

struct RoutingOptions {
  HealthOptions health;
  BreakerOptions breaker;
  // A replica that has just become ready counts for a tenth at first, and for all of itself after
  // this: its cache is cold, and what is wrong with it shows on few requests.
  Duration warm_up = std::chrono::seconds(10);
};

// How much a replica computes at a time: what it gets on top only waits there, first come first
// served, while the pool's own line is fair. A Lemma worker says it in /readyz.
struct Capacity {
  // Of a server that does not say: more than llama-server's slots (4), less than vLLM's (256).
  int64_t requests = 64;
  int64_t tokens = std::numeric_limits<int64_t>::max();  // reserved, of all requests together
  int64_t answer_tokens = 2048;  // of an answer to a request that does not say how many, at most
  bool bounds_answers = false;   // by answer_tokens, by itself
};

// What is asked of the pool on behalf of one request.
struct RouteRequest {
  std::string model = {};         // "": the first replica's
  int64_t tokens = 0;             // prompt and answers, estimated
  int n_open_answers = 0;         // that do not say how many: Capacity::answer_tokens each
  bool needs_room = false;        // only where it would be computed at once
  uint64_t conversation = 0;      // a hash of its beginning; 0: none
  ReplicaId not_on = kNoReplica;  // has failed with it
  std::string on = {};            // this one, by its name, whatever it serves; "": any
};

// How a request to a replica ended.
enum class Outcome {
  kAnswered,
  kRefused,      // full, or going
  kFailed,       // an answer that says the server is at fault, or none in time
  kLost,         // the connection broke: most likely the replica ended
  kUnreachable,  // no connection: the replica never saw it
  kCancelled,    // by the client
};
inline constexpr int kOutcomes = 6;
const char* OutcomeName(Outcome outcome);

// What a Lemma worker says of what it computes on; nothing of others.
struct Resources {
  std::optional<double> kv_usage;   // the share of its KV memory that requests hold
  std::optional<double> cpu_usage;  // of the processors that it computes with
  std::string gpu;                  // "none": it computes on processors
};

struct Replica {
  Replica(std::string the_name, const RoutingOptions& options)
      : name(std::move(the_name)), health(options.health), breaker(options.breaker) {}

  const std::string name;           // unique
  std::vector<std::string> models;  // ids that it serves; empty: it has not said yet
  Health health;
  Breaker breaker;
  Capacity capacity;
  Resources resources;
  bool draining = false;       // whoever runs the service wants it so
  bool is_restarting = false;  // it will be, once it has nothing to do
  bool is_gone = false;        // it is removed, or its name has other addresses: it finishes
  std::optional<TimePoint> ready_since;
  int n_in_flight = 0;
  int64_t reserved_tokens = 0;
  int64_t last_chosen = 0;  // in the order of all choices
  // Since start.
  int64_t n_chosen = 0;
  std::array<int64_t, kOutcomes> n_ended{};
  int64_t n_hung = 0;

  bool takes_requests() const { return !draining && !is_restarting && !is_gone; }
};

class ReplicaTable {
 public:
  explicit ReplicaTable(const RoutingOptions& options) : options_(options) {}

  ReplicaId Add(const std::string& name);
  void Remove(ReplicaId id) { replicas_.erase(id); }  // what is under way there ends as unknown
  Replica* Find(ReplicaId id);
  const std::map<ReplicaId, Replica>& replicas() const { return replicas_; }
  // One that is configured has no address yet; `model`: "" where it is to say itself.
  void Await(const std::string& id, const std::string& model) { awaited_[id] = model; }
  void EndAwaiting(const std::string& id) { awaited_.erase(id); }

  void OnProbeAnswer(ReplicaId id, bool is_ready, std::optional<Duration> heartbeat_age,
                     TimePoint now);
  void OnProbeFailure(ReplicaId id, bool has_connected, TimePoint now);
  // Another process begins or has ended in its place.
  void OnProcess(ReplicaId id);
  // Those found hung since the last call.
  std::vector<ReplicaId> TakeNewlyHung(TimePoint now);

  // Reserves the request's tokens on a replica; each choice is ended once. kNoReplica where it
  // needs room and none has it. Errors: kNotFound with the field "model" and the models there are;
  // kUnavailable (none of the model's replicas can be asked now, or some replica has not said yet
  // what it serves, or has no address yet).
  Result<ReplicaId> Choose(const RouteRequest& request, TimePoint now);
  void End(ReplicaId id, int64_t tokens, Outcome outcome, TimePoint now);
  // Choose's error, without a choice.
  Status CheckServed(const RouteRequest& request, TimePoint now) const;
  // Capacity::answer_tokens of the model: the most that one of its replicas says.
  int64_t AnswerTokens(const std::string& model) const;

  bool IsReady(const Replica& replica, TimePoint now) const;
  // How it stands, in a word: "starting", "warming", "ready", "silent", "draining", "restarting",
  // "leaving", "not_ready", "down" or "hung".
  std::string StateOf(const Replica& replica, TimePoint now) const;
  int n_ready(TimePoint now) const;
  // Every model that some replica serves, in the order of the replicas.
  std::vector<std::string> models() const;
  // The model of a request that names none: the first; "" where none is known.
  std::string default_model() const;

 private:
  // How much of itself it counts for, up to 1.
  double WarmShare(const Replica& replica, TimePoint now) const;
  double LoadWith(const Replica& replica, int64_t tokens, TimePoint now) const;
  std::vector<ReplicaId> Candidates(const RouteRequest& request, TimePoint now) const;
  static bool HasRoom(const Replica& replica, int64_t tokens);
  std::string ModelOf(const RouteRequest& request) const;
  ReplicaId LeastLoaded(const std::vector<ReplicaId>& among, int64_t tokens, TimePoint now) const;
  bool IsAwaited(const std::string& model) const;
  Status WhyNone(const std::string& model) const;

  const RoutingOptions options_;
  std::map<ReplicaId, Replica> replicas_;
  std::map<std::string, std::string> awaited_;  // by id: the models
  std::vector<ReplicaId> hung_;                 // since TakeNewlyHung saw them so
  ReplicaId last_id_ = kNoReplica;
  int64_t n_choices_ = 0;
};

}  // namespace lemma::pool
