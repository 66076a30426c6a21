// One call of this server's own front door, waited for: a request that comes as any client's does,
// but over no socket, and for nobody's API key.
//
// Threads: any; it blocks until the answer is there.
#pragma once

#include <stop_token>

#include "common/base/status.h"
#include "common/net/http_server.h"

namespace lemma::evaluations {

// The whole answer; `request` must not ask for a stream. Its key is access::EvaluationKey. Errors:
// kCancelled by `stop`, upon which what computes it ends; kDataLoss where it is a stream.
Result<net::HttpResponse> AskFrontDoor(const net::HttpHandler& front_door, net::HttpRequest request,
                                       const std::stop_token& stop);

}  // namespace lemma::evaluations
