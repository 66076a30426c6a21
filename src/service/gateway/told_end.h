// The end of a whole answer that nobody waits for any more: it ends within a step of its model and
// still tells what it has used, so that its key pays exactly that.
#pragma once

#include <memory>
#include <string>

#include "common/net/http_client.h"
#include "service/pool/lease.h"

namespace lemma::gateway {

// Asks the replica to stop the request that came with this span as its parent. Where that fails, a
// server that knows no such call for one, `call` is cancelled: then nobody learns what it used.
void EndTelling(net::HttpClient& client, const pool::Target& target, const std::string& span_id,
                std::weak_ptr<net::HttpCall> call);

}  // namespace lemma::gateway
