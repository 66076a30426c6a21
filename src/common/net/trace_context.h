// Which trace a request belongs to, as servers tell each other in the header traceparent.
// https://www.w3.org/TR/trace-context/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/net/http.h"

namespace lemma::net {

struct TraceContext {
  std::string trace_id;     // 32 lower-case hex digits, not all 0
  std::string parent_id;    // 16 of them: the span of whoever sends this
  bool is_sampled = false;  // the sender keeps its spans

  std::string ToHeader() const;
};

// Nothing where it is not as the specification wants. A later version is read as far as this one
// goes.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

// The trace that a request names; nothing where it names none, or no single one.
std::optional<TraceContext> TraceContextOf(const HttpRequest& request);

std::string NewTraceId();
std::string NewSpanId();

}  // namespace lemma::net
