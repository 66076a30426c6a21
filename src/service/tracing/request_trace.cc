#include "service/tracing/request_trace.h"

#include <utility>

#include "common/net/trace_context.h"

namespace lemma::tracing {
namespace {

int64_t Nanoseconds(auto duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace

RequestTrace::RequestTrace(SpanExporter* exporter, const net::HttpRequest& request,
                           std::string name)
    : exporter_(exporter),
      begun_unix_ns_(Nanoseconds(std::chrono::system_clock::now().time_since_epoch())),
      id_(NewSpanId()),
      name_(std::move(name)) {
  if (auto named = net::TraceContextOf(request)) {
    is_continued_ = true;
    is_sampled_ = named->is_sampled;
    trace_id_ = std::move(named->trace_id);
    parent_id_ = std::move(named->parent_id);
  } else {
    is_sampled_ = exporter != nullptr;
    trace_id_ = net::NewTraceId();
  }
}

std::string RequestTrace::NewSpanId() { return net::NewSpanId(); }

std::string RequestTrace::Traceparent(const std::string& span_id) const {
  const bool is_parent_the_client = is_continued_ && !is_kept();
  return net::TraceContext{trace_id_, is_parent_the_client ? parent_id_ : span_id, is_sampled_}
      .ToHeader();
}

void RequestTrace::Add(std::string name, SpanKind kind, TimePoint begun,
                       std::vector<Attribute> attributes, bool has_failed, std::string id) {
  if (!is_kept()) return;
  spans_.push_back({.trace_id = trace_id_,
                    .id = id.empty() ? NewSpanId() : std::move(id),
                    .parent_id = id_,
                    .name = std::move(name),
                    .kind = kind,
                    .start_unix_ns = UnixNs(begun),
                    .end_unix_ns = UnixNs(std::chrono::steady_clock::now()),
                    .has_failed = has_failed,
                    .attributes = std::move(attributes)});
}

void RequestTrace::End(std::vector<Attribute> attributes, bool has_failed) {
  if (!is_kept()) return;
  spans_.push_back({.trace_id = trace_id_,
                    .id = id_,
                    .parent_id = parent_id_,
                    .name = std::move(name_),
                    .kind = SpanKind::kServer,
                    .start_unix_ns = begun_unix_ns_,
                    .end_unix_ns = UnixNs(std::chrono::steady_clock::now()),
                    .has_failed = has_failed,
                    .attributes = std::move(attributes)});
  exporter_->Add(std::move(spans_));
}

// The wall clock may jump; a span's length must not.
int64_t RequestTrace::UnixNs(TimePoint time) const {
  return begun_unix_ns_ + Nanoseconds(time - begun_);
}

}  // namespace lemma::tracing
