// One request asked of the pool on behalf of one client: the answer goes back as it comes, a client
// that leaves ends the call, and a replica that fails before anything was sent is replaced by
// another one, once.
#pragma once

#include <memory>

#include "common/net/http.h"
#include "common/net/http_client.h"
#include "service/gateway/answer_mapper.h"
#include "service/gateway/metrics.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// What calls to replicas share. Outlives them.
struct WorkerLink {
  pool::Pool& pool;
  net::HttpClient& client;
  Metrics& metrics;
};

// Sends `request` to a replica, in its key's turn where it may generate, and answers `reply` with
// what becomes of it, with the replica's name in x-lemma-replica. Where that fails: 503 (no
// replica, or too many wait), 404 (no such model), 400 (in quarantine), 502 (it died, and so did
// another or there is none), 504 (its deadline), each as an error body; or, where a stream has
// begun, as a last `event: error`. `replica`: the one to ask, by its name; "": the pool chooses.
void Relay(WorkerLink& link, std::shared_ptr<Reply> reply, net::HttpRequest request,
           std::unique_ptr<AnswerMapper> mapper, std::string replica = "");

}  // namespace lemma::gateway
