// Tells the database how full this gateway and its replicas are, for the console to draw.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/base/clock.h"
#include "service/gateway/gpu_watch.h"
#include "service/gateway/live_requests.h"
#include "service/pool/pool.h"
#include "service/store/load_store.h"
#include "service/store/periodic_task.h"

namespace lemma::gateway {

// What is recorded; all outlive the recorder.
struct LoadSources {
  const LiveRequests& live;
  const GpuWatch& gpus;
  const pool::Pool& pool;
};

// A thread of its own looks every interval and writes the minute that runs, which is the average
// (of shares the highest) of the looks at it. A database that stalls delays looks, nothing else.
class LoadRecorder {
 public:
  // `gateway` tells it from others that share the database; one that starts again keeps it.
  LoadRecorder(store::LoadStore& store, const std::string& gateway, const LoadSources& sources,
               const UnixClock& clock,
               std::chrono::milliseconds interval = std::chrono::seconds(10));

 private:
  void Look();

  store::LoadStore& store_;
  const LoadSources sources_;
  const UnixClock& clock_;
  const std::string gateway_;
  // Of the task's thread.
  int64_t minute_ = -1;
  int n_looks_ = 0;   // in that minute
  store::Load load_;  // of all of them
  bool was_ok_ = true;
  store::PeriodicTask task_;  // last: it uses the others
};

}  // namespace lemma::gateway
