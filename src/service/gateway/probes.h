// /metrics: answered without a place among the calls to replicas, so that it works while the
// service is full.
#pragma once

#include <memory>
#include <string>

#include "common/net/http_client.h"
#include "service/gateway/reply.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

// `own` and, where they answer `client` in time, the metrics of the workers on this machine, with
// their names as the label `replica`.
void AnswerMetrics(net::HttpClient& client, const pool::Pool& pool, std::string own,
                   std::shared_ptr<Reply> reply);

}  // namespace lemma::gateway
