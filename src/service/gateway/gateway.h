// The door of the service: POST /generate, the injection of profiles, and the relay of the OpenAI
// protocol to the replicas of a pool.
//
// Threads: I/O threads, which its server and its client towards replicas share; nothing here
// blocks. All methods are thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/gateway/door.h"
#include "service/gateway/gateway_access.h"
#include "service/gateway/live_requests.h"
#include "service/gateway/load_recorder.h"
#include "service/gateway/page_files.h"
#include "service/jobs/jobs.h"
#include "service/pool/pool.h"
#include "service/reason/judge/judge.h"
#include "service/reason/profile_set.h"
#include "service/tracing/span_exporter.h"

namespace lemma::gateway {

struct GatewayOptions {
  std::string listen = "127.0.0.1:8080";  // or "unix:/path"
  pool::Pool* pool = nullptr;             // who answers; outlives the gateway
  int n_threads = 2;                      // for input and output
  // The task profiles as they are now, for each request anew; thread-safe and quick.
  std::function<std::shared_ptr<const reason::ProfileSet>()> profiles = reason::ProfileSet::Shipped;
  std::vector<std::string> chosen_profiles;  // ProfileCaller::chosen_from
  // false: what a profile says of questions that it is not for does not count, and all are asked.
  bool judges_domain = true;
  // Runs the programs of /v1/solve; nullptr: calls with tests are refused, for this reason.
  const reason::Judge* judge = nullptr;
  std::string no_judge = "this server runs no programs";
  std::vector<PageFile> page;  // empty: built without it
  net::HttpServerLimits limits;
  std::optional<net::TlsFiles> tls;
  std::chrono::milliseconds drain_timeout{60000};
  std::string version;                     // of this program, for metrics
  tracing::SpanExporter* spans = nullptr;  // null: none are kept; outlives the gateway
  GatewayAccess access;
  // Of /v1/jobs, where access.jobs is there.
  jobs::RunnerOptions job_runner;
  webhook::Reach webhook_reach = webhook::Reach::kPublic;
};

class Gateway {
 public:
  // No replica need be there yet: until one is, /readyz and calls are told 503.
  // Errors: as of net::HttpServer::Start.
  static Result<std::unique_ptr<Gateway>> Start(const GatewayOptions& options);
  ~Gateway();  // Stop()

  struct Route {
    std::string method;  // "": whatever the worker takes
    std::string path;    // with a '/' at its end: and whatever is below it
    RouteNeed need;
  };
  static std::vector<Route> Routes();

  std::string address() const;    // with the real port
  int n_active() const;           // requests that are not answered yet
  LiveRequests& live_requests();  // of them those for a model
  LoadSources load() const;
  // Takes what this process asks of itself as it takes clients' requests; while the gateway lives.
  net::HttpHandler front_door();

  // /readyz and new calls are told 503; waits until every running answer is complete or
  // drain_timeout has passed, then stops accepting. No job is begun, and nobody follows one.
  void Drain();
  // Ends everything now; jobs that run wait again. Idempotent.
  void Stop();

 private:
  struct Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::gateway
