// POST /v1/solve: parses the call and runs it on a thread of its own.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/reason/judge/judge.h"
#include "service/reason/profile_set.h"
#include "service/solve/solve_run.h"

namespace lemma::solve {

struct SolverOptions {
  // Answers the chats of a run, as the server answers a client's.
  net::HttpHandler front_door;
  // The task profiles as they are now; thread-safe and quick.
  ProfileSource profiles = reason::ProfileSet::Shipped;
  // Runs programs; nullptr: calls with tests are refused, for this reason.
  const reason::Judge* judge = nullptr;
  std::string no_judge = "this server runs no programs";
  int runs_max = 64;      // a thread each, asleep nearly always; three quarters for one key at most
  RunLimits limits = {};  // of each run
};

// On whose behalf a run is.
struct SolveCaller {
  std::string key_id = {};  // "": of nobody known
  // What the key allows a request, from its arrival; 0: as long as it takes.
  int64_t deadline_ms = 0;
};

// Thread-safe. Outlives no chat: Stop before what front_door needs is gone.
class Solver {
 public:
  explicit Solver(SolverOptions options);
  ~Solver();  // Stop()

  // Answers: 400 with the field, 503 where too many run, 429 where too many of its key do, else
  // what the run comes to. Does not block.
  void Solve(std::shared_ptr<net::HttpExchange> exchange, const std::string& request_id,
             const SolveCaller& caller = {});

  // Ends every run and waits for its thread. Idempotent; calls after it are told 503.
  void Stop();

 private:
  struct Running;
  void Reap() LEMMA_REQUIRES(mutex_);
  // Whether one more may run.
  Status CheckRoom(const std::string& key_id) const LEMMA_REQUIRES(mutex_);

  const SolverOptions options_;
  Mutex mutex_;
  std::list<std::unique_ptr<Running>> running_ LEMMA_GUARDED_BY(mutex_);
  bool has_stopped_ LEMMA_GUARDED_BY(mutex_) = false;
};

}  // namespace lemma::solve
