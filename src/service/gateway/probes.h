// /metrics: answered without a place among the calls to replicas, so that it works while the
// service is full.
#pragma once

#include <memory>

#include "common/net/http_client.h"
#include "service/gateway/metrics.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// The metrics of the gateway, of the pool and, where they answer `client` in time, of the workers
// on this machine, with their names as the label `replica`.
void AnswerMetrics(net::HttpClient& client, const pool::Pool& pool, const Metrics& metrics,
                   std::shared_ptr<Reply> reply);

}  // namespace lemma::gateway
