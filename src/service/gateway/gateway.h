// The door of the service: POST /generate, the injection of profiles, and the relay of the OpenAI
// protocol to one worker.
//
// Threads: the I/O threads of its server and its clients; nothing here blocks. All methods are
// thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/gateway/door.h"
#include "service/gateway/gateway_access.h"

namespace lemma::gateway {

struct GatewayOptions {
  std::string listen = "127.0.0.1:8080";  // or "unix:/path"
  std::string worker_address;             // any OpenAI-compatible server: "unix:/path", "host:port"
  int n_threads = 2;
  // Calls to the worker at a time; what comes on top is told 503 at once. The worker has its own
  // queue with its own limit: this one only bounds what the gateway itself holds.
  int in_flight_max = 512;
  net::HttpServerLimits limits;
  std::chrono::milliseconds drain_timeout{60000};
  GatewayAccess access;
};

class Gateway {
 public:
  // The worker need not be there yet: until it is, /readyz and calls are told 503.
  // Errors: as of net::HttpServer::Start.
  static Result<std::unique_ptr<Gateway>> Start(const GatewayOptions& options);
  ~Gateway();  // Stop()

  struct Route {
    std::string method;  // "": whatever the worker takes
    std::string path;    // with a '/' at its end: and whatever is below it
    RouteNeed need;
  };
  static std::vector<Route> Routes();

  std::string address() const;  // with the real port
  int n_active() const;         // requests that are not answered yet

  // Stops accepting and waits until every running answer is complete or drain_timeout has passed.
  void Drain();
  // Ends everything now. Idempotent.
  void Stop();

 private:
  struct Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::gateway
