// /v1/jobs: requests that outlast their clients. A job is run as a request of its owner through the
// server's own front door (docs/jobs.md).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/net/http_server.h"
#include "service/jobs/job_hooks.h"
#include "service/jobs/job_runner.h"
#include "service/jobs/job_streams.h"
#include "service/store/job_store.h"

namespace lemma::jobs {

struct JobsOptions {
  store::JobStore* store = nullptr;  // outlives it
  net::HttpHandler front_door;       // answers the requests of jobs as the server answers clients'
  std::function<bool()> can_run;     // as JobRunner's
  store::JobLimits limits;
  RunnerOptions runner;
  webhook::Reach reach = webhook::Reach::kPublic;
};

// Thread-safe.
class Jobs {
 public:
  explicit Jobs(const JobsOptions& options);

  // Answers a request for /v1/jobs or below of this key ("": without one). Blocks on the database.
  void Answer(std::shared_ptr<net::HttpExchange> exchange, const std::string& key_id);

  // Begins no more jobs, and ends those streams that follow some.
  void Drain();
  // Ends the runs too; those jobs wait. Before what front_door needs is gone. Idempotent.
  void Stop();

 private:
  void Create(net::HttpExchange& exchange, const std::string& key_id);
  void List(net::HttpExchange& exchange, const std::string& key_id);
  void AnswerOne(std::shared_ptr<net::HttpExchange> exchange, const std::string& key_id,
                 const std::string& rest);
  void Delete(net::HttpExchange& exchange, const std::string& key_id, const std::string& id);
  void Follow(std::shared_ptr<net::HttpExchange> exchange, const store::Job& job);

  store::JobStore& store_;
  const store::JobLimits limits_;
  JobStreams streams_;
  JobHooks hooks_;
  JobRunner runner_;
};

}  // namespace lemma::jobs
