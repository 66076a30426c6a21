// One request asked of the pool on behalf of one client: the answer goes back as it comes, a client
// that leaves ends the call, and a replica that fails before anything was sent is replaced by
// another one, once.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"
#include "common/net/http_client.h"
#include "service/gateway/metrics.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// What calls to replicas share. Outlives them.
struct WorkerLink {
  pool::Pool& pool;
  int in_flight_max;
  net::HttpClient& client;
  Metrics& metrics;
  std::atomic<int> n_in_flight{0};
};

// What the worker's answer becomes for the client. Used by one thread at a time.
class AnswerMapper {
 public:
  virtual ~AnswerMapper() = default;
  // A whole answer, whatever its status. An error becomes the client's answer instead.
  virtual Result<net::HttpResponse> MapWhole(net::HttpResponse response) = 0;
  // The next bytes of an event stream.
  virtual std::string MapEvents(std::string_view bytes) = 0;
  // What is left when the stream has ended in good order. An error becomes its last event.
  virtual Result<std::string> EndEvents() = 0;
};

// The answer as it is. Of a stream, an event that is not complete waits until it is, so that a
// worker's death cannot leave half an event in front of the error.
std::unique_ptr<AnswerMapper> PassThrough();

// The request of `reply`, for the worker: its target (without a host) and body, and of its headers
// what concerns the worker.
net::HttpRequest ForWorker(Reply& reply);

// Sends `request` to a replica and answers `reply` with what becomes of it, with the replica's name
// in x-lemma-replica. Where that fails: 503 (no replica, or in_flight_max reached), 404 (no such
// model), 400 (in quarantine), 502 (it died, and so did another or there is none), 504, each as an
// error body; or, where a stream has begun, as a last `event: error`.
void Relay(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
           std::unique_ptr<AnswerMapper> mapper);

}  // namespace lemma::gateway
