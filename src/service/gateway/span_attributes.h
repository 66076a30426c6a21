// What the gateway's spans tell: names of OpenTelemetry's semantic conventions where there are some
// (http.*, gen_ai.*, error.type), lemma.* otherwise. Nothing that a client wrote in its body but
// the model's name, once a replica has it; no prompt, answer or key.
// https://github.com/open-telemetry/semantic-conventions-genai
#pragma once

#include <string>
#include <vector>

#include "service/store/request_record.h"
#include "service/tracing/span.h"

namespace lemma::gateway {

// Of a request as a whole, when it is over.
std::vector<tracing::Attribute> RequestAttributes(const std::string& method,
                                                  const std::string& route,
                                                  const store::RequestRecord& record);

// Of one call to a replica. `target`: what was asked of it. `http_status`: 0 where
// it did not answer to the end; then `error` says why.
std::vector<tracing::Attribute> ReplicaAttributes(const std::string& replica,
                                                  const std::string& target, int http_status,
                                                  const std::string& error);

}  // namespace lemma::gateway
