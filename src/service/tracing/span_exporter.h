// Sends spans to a collector (OTLP over HTTP, JSON). Whoever has spans never waits for it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "common/net/http_client.h"
#include "service/tracing/span.h"

namespace lemma::tracing {

struct SpanExporterOptions {
  std::string collector;  // "http://host:4318"; its /v1/traces takes the spans
  std::string version;    // of this program
  // As OpenTelemetry's batch processor has them.
  size_t spans_max = 2048;  // that wait
  size_t batch_max = 512;
  std::chrono::milliseconds interval{5000};
  std::chrono::milliseconds time_max{10000};  // of one POST, and of all in the end
};

// Thread-safe. One thread sends.
class SpanExporter {
 public:
  // The collector need not be there. Errors: kInvalidArgument, not an address.
  static Result<std::unique_ptr<SpanExporter>> Start(const SpanExporterOptions& options);
  ~SpanExporter();  // sends what waits, once, as far as it can within time_max

  // Never blocks. Dropped where too many wait.
  void Add(std::vector<Span> spans) LEMMA_EXCLUDES(mutex_);

  int64_t n_sent() const { return n_sent_; }
  int64_t n_dropped() const { return n_dropped_; }
  // Both, as Prometheus' exposition text.
  std::string RenderMetrics() const;

 private:
  explicit SpanExporter(const SpanExporterOptions& options);
  void Run();
  // All that waits, batch after batch, until one fails.
  void SendAll();
  // Did the collector take them? kInvalidArgument: it never will.
  Status Send(const std::vector<Span>& batch, Duration time_max);

  const SpanExporterOptions options_;
  net::HttpClient client_;
  std::atomic<int64_t> n_sent_ = 0;
  std::atomic<int64_t> n_dropped_ = 0;
  bool was_ok_ = true;  // of the sending thread alone
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Span> waiting_ LEMMA_GUARDED_BY(mutex_);
  std::optional<TimePoint> end_ LEMMA_GUARDED_BY(mutex_);  // once it stops: of all that is sent
  std::thread thread_;
};

}  // namespace lemma::tracing
