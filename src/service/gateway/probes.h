// /livez, /readyz, /health and /metrics: answered without a place among the calls to the worker, so
// that they work while the service is full.
#pragma once

#include <memory>
#include <string>

#include "common/net/http_client.h"
#include "service/gateway/metrics.h"
#include "service/gateway/reply.h"

namespace lemma::gateway {

// 200 where the worker's /readyz says 200, else 503. `client` gives up soon.
void AnswerReady(net::HttpClient& client, const std::string& worker_address,
                 std::shared_ptr<Reply> reply);

// The gateway's metrics and, where it answers, the worker's: their names have nothing in common.
void AnswerMetrics(net::HttpClient& client, const std::string& worker_address,
                   const Metrics& metrics, std::shared_ptr<Reply> reply);

}  // namespace lemma::gateway
