// Prometheus metrics: lemma_* and the vLLM names that routers, autoscalers and boards expect.
// docs.vllm.ai/en/latest/usage/metrics.html
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "inference/engine/engine.h"

namespace lemma::worker {

// Thread-safe. Observing takes a lock for nanoseconds; Render never waits for the engine.
class Metrics {
 public:
  // `version`: of this program.
  Metrics(const std::string& model_name, const std::string& version,
          const model::BackendInfo& backend);

  // Of one request, as the engine's events tell it (not as the client receives them).
  void ObserveFirstToken(Duration since_arrival) { Observe(time_to_first_token_, since_arrival); }
  void ObserveNextToken(Duration since_last) { Observe(inter_token_latency_, since_last); }
  struct Finished {
    Duration since_arrival;
    Duration queued;   // from its arrival until it began to run
    Duration prefill;  // until the first token
    Duration decode;   // until the end
    int64_t prompt_tokens = 0;
    int64_t generated_tokens = 0;  // of all samples
    int64_t longest_sample_tokens = 0;
    int64_t reasoning_tokens = 0;
  };
  void ObserveFinished(const Finished& finished);
  void CountSalvaged() { answers_salvaged_.Increment(); }
  void CountResponse(const std::string& route, int http_status);

  // The exposition text. Gauges and totals are taken from `stats`.
  std::string Render(const engine::EngineStats& stats) LEMMA_EXCLUDES(mutex_);

 private:
  using Labels = prometheus::Labels;
  static void Observe(prometheus::Histogram& histogram, Duration duration);
  void ObserveSteps(const engine::StepSizes& steps) LEMMA_REQUIRES(mutex_);
  prometheus::Counter& AddCounter(const std::string& name, const std::string& help,
                                  const Labels& labels = {});
  prometheus::Gauge& AddGauge(const std::string& name, const std::string& help,
                              const Labels& labels = {});
  prometheus::Histogram& AddHistogram(const std::string& name, const std::string& help,
                                      const prometheus::Histogram::BucketBoundaries& bounds);

  const Labels labels_;  // of all: model_name
  prometheus::Registry registry_;

  prometheus::Histogram& time_to_first_token_;
  prometheus::Histogram& inter_token_latency_;
  prometheus::Histogram& e2e_latency_;
  prometheus::Histogram& queue_time_;
  prometheus::Histogram& prefill_time_;
  prometheus::Histogram& decode_time_;
  prometheus::Histogram& prompt_tokens_of_request_;
  prometheus::Histogram& generated_tokens_of_request_;
  prometheus::Histogram& longest_sample_tokens_;
  prometheus::Histogram& reasoning_tokens_of_request_;
  prometheus::Counter& answers_salvaged_;

  Mutex mutex_;  // one Render at a time: a counter is raised by what is new since the last one
  prometheus::Gauge& n_running_;
  prometheus::Gauge& n_waiting_;
  prometheus::Gauge& kv_usage_;
  prometheus::Gauge& n_pages_;
  prometheus::Gauge& n_pages_free_;
  prometheus::Counter& prompt_tokens_;
  prometheus::Counter& prompt_tokens_cached_;
  prometheus::Counter& prefix_queries_;
  prometheus::Counter& prefix_hits_;
  prometheus::Counter& drafted_tokens_;
  prometheus::Counter& accepted_tokens_;
  prometheus::Counter& generated_tokens_;
  prometheus::Counter& engine_steps_;
  prometheus::Counter& loop_rewinds_;
  prometheus::Histogram& step_tokens_;
  engine::StepSizes steps_observed_ LEMMA_GUARDED_BY(mutex_);  // are in step_tokens_
};

}  // namespace lemma::worker
