#include "service/tracing/span_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "common/base/log.h"
#include "common/net/address.h"
#include "service/tracing/otlp_json.h"

namespace lemma::tracing {
namespace {

net::HttpClientOptions ClientOptions(const SpanExporterOptions& options) {
  net::HttpClientOptions client;
  client.connect_timeout = client.first_byte_timeout = client.idle_timeout = options.time_max;
  client.body_bytes_max = 1 << 20;
  return client;
}

// The answers after which the specification wants the same spans sent again.
bool IsPassing(int http_status) {
  return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
}

}  // namespace

Result<std::unique_ptr<SpanExporter>> SpanExporter::Start(const SpanExporterOptions& options) {
  const auto address = net::ParseAddress(options.collector);
  if (!address.ok()) return address.status();
  return std::unique_ptr<SpanExporter>(new SpanExporter(options));
}

SpanExporter::SpanExporter(const SpanExporterOptions& options)
    : options_(options), client_(ClientOptions(options)), thread_([this] { Run(); }) {}

SpanExporter::~SpanExporter() {
  {
    const MutexLock lock(mutex_);
    end_ = std::chrono::steady_clock::now() + options_.time_max;
  }
  changed_.notify_all();
  thread_.join();
}

void SpanExporter::Add(std::vector<Span> spans) {
  bool is_batch = false;
  {
    const MutexLock lock(mutex_);
    for (Span& span : spans) {
      if (waiting_.size() >= options_.spans_max) {
        ++n_dropped_;
      } else {
        waiting_.push_back(std::move(span));
      }
    }
    is_batch = waiting_.size() >= options_.batch_max;
  }
  if (is_batch) changed_.notify_all();
}

std::string SpanExporter::RenderMetrics() const {
  constexpr const char* kFormat =
      "# HELP {0} {1}\n"
      "# TYPE {0} counter\n"
      "{0} {2}\n";
  return fmt::format(kFormat, "lemma_gateway_spans_sent_total", "Spans that the collector took",
                     n_sent()) +
         fmt::format(kFormat, "lemma_gateway_spans_dropped_total",
                     "Spans that found the queue full, or that the collector refused", n_dropped());
}

void SpanExporter::Run() {
  for (bool is_last = false; !is_last;) {
    {
      const MutexLock lock(mutex_);
      const auto until = std::chrono::steady_clock::now() + options_.interval;
      // After a failure a full batch is no reason to hurry.
      while (!end_ && (!was_ok_ || waiting_.size() < options_.batch_max)) {
        if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) break;
      }
      is_last = end_.has_value();
    }
    SendAll();
  }
}

// A span leaves the queue only when it is sent, so that a collector that is away is seen as a full
// queue.
void SpanExporter::SendAll() {
  for (;;) {
    std::vector<Span> batch;
    Duration time_max = options_.time_max;
    {
      const MutexLock lock(mutex_);
      if (end_) time_max = *end_ - std::chrono::steady_clock::now();
      if (time_max <= Duration::zero()) return;
      const size_t n = std::min(options_.batch_max, waiting_.size());
      batch.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (batch.empty()) return;
    const Status sent = Send(batch, time_max);
    if (!sent.ok() && was_ok_) LogWarning("tracing: spans are not sent: {}", sent.message());
    was_ok_ = sent.ok();
    const bool is_refused = sent.code() == StatusCode::kInvalidArgument;
    if (!sent.ok() && !is_refused) return;
    (is_refused ? n_dropped_ : n_sent_) += static_cast<int64_t>(batch.size());
    const MutexLock lock(mutex_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
  }
}

Status SpanExporter::Send(const std::vector<Span>& batch, Duration time_max) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/traces";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = OtlpTraces(batch, options_.version);
  int http_status = 0;
  std::promise<Status> end;
  net::HttpCallbacks callbacks;
  callbacks.on_head = [&](const net::HttpResponse& head) { http_status = head.status; };
  callbacks.on_end = [&](Status status) { end.set_value(std::move(status)); };
  client_.Send(options_.collector, std::move(request), std::move(callbacks), time_max);
  const Status sent = end.get_future().get();
  if (!sent.ok()) return Unavailable(sent.message());
  if (http_status / 100 == 2) return Ok();
  const std::string said = fmt::format("{} answers {}", options_.collector, http_status);
  return IsPassing(http_status) ? Unavailable(said) : InvalidArgument(said);
}

}  // namespace lemma::tracing
