// /metrics: answered without a place among the calls to replicas, so that it works while the
// service is full, and soon, whatever the workers do.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "common/net/http_client.h"
#include "service/gateway/exposition.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// What the workers on this machine told of themselves last. One that does not tell it at once, as
// its engine has all processors or it is stopped, is asked on while the answer goes out with what
// it had told before. Thread-safe.
class WorkerMetrics {
 public:
  explicit WorkerMetrics(const pool::Pool& pool);  // which outlives it

  // `own` and the workers' metrics, with their names as the label `replica`. Left out is a worker
  // that refuses, or has told nothing for a minute.
  void Answer(std::string own, std::shared_ptr<Reply> reply);

 private:
  using Worker = pool::Pool::Neighbour;
  class Gathering;

  struct Told {
    std::optional<std::string> text;  // none: nothing
    TimePoint at{};
    bool is_asked_on = false;
  };

  // Without a gathering: for as long as its client waits.
  void Ask(const Worker& worker, std::shared_ptr<Gathering> gathering);
  void AskOn(const Worker& worker);
  void Take(const std::string& name, const Status& status, net::HttpResponse answer);
  void ForgetAllBut(const std::vector<Worker>& workers);
  bool IsAskedOn(const std::string& name) const;
  ReplicaExposition Newest(const std::string& name) const;

  const pool::Pool& pool_;
  mutable Mutex mutex_;
  std::map<std::string, Told> told_ LEMMA_GUARDED_BY(mutex_);  // by name
  net::HttpClient client_;  // last: goes first, since its calls' ends use the others
};

}  // namespace lemma::gateway
