// A client's request as a worker gets it.
#pragma once

#include "common/net/http.h"
#include "service/gateway/reply.h"

namespace lemma::gateway {

// The request of `reply`, for the worker: its target (without a host) and body, and of its headers
// what concerns the worker.
net::HttpRequest ForWorker(Reply& reply);

}  // namespace lemma::gateway
