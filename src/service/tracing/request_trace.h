// The spans of one request: its own, and one for each step below it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/net/http.h"
#include "service/tracing/span.h"
#include "service/tracing/span_exporter.h"

namespace lemma::tracing {

// Belongs to one thread at a time, as its request does.
class RequestTrace {
 public:
  // The request arrives now. It goes on with the trace that it names, else with a new one.
  // `exporter`: null: nothing is kept; then the client's own span is the parent of all that is
  // asked for it, so that no trace has a hole. It outlives this.
  RequestTrace(SpanExporter* exporter, const net::HttpRequest& request, std::string name);

  const std::string& trace_id() const { return trace_id_; }
  bool is_continued() const { return is_continued_; }

  // Of a step that is about to ask another server: its span, to be ended by Add.
  static std::string NewSpanId();
  // What that server is told.
  std::string Traceparent(const std::string& span_id) const;
  // What is told of a request that is asked on this one's behalf and has spans of its own.
  std::string Traceparent() const { return Traceparent(id_); }

  // A step is over: it began at `begun` and ends now. `id`: as NewSpanId, "": a new one.
  void Add(std::string name, SpanKind kind, TimePoint begun, std::vector<Attribute> attributes = {},
           bool has_failed = false, std::string id = "");
  // The request is over, and its spans are exported. Once.
  void End(std::vector<Attribute> attributes, bool has_failed);

 private:
  bool is_kept() const { return exporter_ != nullptr && is_sampled_; }
  int64_t UnixNs(TimePoint time) const;

  SpanExporter* const exporter_;
  const TimePoint begun_ = std::chrono::steady_clock::now();
  const int64_t begun_unix_ns_;
  bool is_continued_ = false;
  bool is_sampled_ = false;
  std::string trace_id_;
  std::string parent_id_;  // the client's; "": it named none
  std::string id_;         // of the request's own span
  std::string name_;
  std::vector<Span> spans_;  // of the steps that are over
};

}  // namespace lemma::tracing
