// Spans as OTLP/HTTP takes them in JSON.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
#pragma once

#include <string>
#include <vector>

#include "service/tracing/span.h"

namespace lemma::tracing {

// The body of one POST /v1/traces. `version`: of this program.
std::string OtlpTraces(const std::vector<Span>& spans, const std::string& version);

}  // namespace lemma::tracing
