// One step of a request: what OpenTelemetry calls a span.
// https://opentelemetry.io/docs/specs/otel/trace/api/#span
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lemma::tracing {

// Values as OTLP numbers them.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3 };

// Nothing of a prompt, an answer or a key. A name's source is the semantic conventions of
// OpenTelemetry, http.* and gen_ai.*, or it begins with lemma.
struct Attribute {
  std::string name;
  std::variant<std::string, int64_t, std::vector<std::string>> value;
};

struct Span {
  std::string trace_id;   // 32 hex digits
  std::string id;         // 16
  std::string parent_id;  // "": it is the first one
  std::string name;
  SpanKind kind = SpanKind::kInternal;
  int64_t start_unix_ns = 0;
  int64_t end_unix_ns = 0;
  bool has_failed = false;
  std::vector<Attribute> attributes;
};

}  // namespace lemma::tracing
