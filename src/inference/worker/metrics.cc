#include "inference/worker/metrics.h"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "inference/worker/openai_reply.h"

namespace lemma::worker {
namespace {

using Bounds = prometheus::Histogram::BucketBoundaries;

// vLLM's buckets, so that boards made for it show sensible quantiles.
const Bounds kFirstTokenSeconds = {.001, .005, .01, .02, .04, .06, .08, .1, .25, .5,  .75,
                                   1,    2.5,  5,   7.5, 10,  20,  40,  80, 160, 640, 2560};
const Bounds kNextTokenSeconds = {.01, .025, .05, .075, .1,  .15, .2, .3, .4, .5,
                                  .75, 1,    2.5, 5,    7.5, 10,  20, 40, 80};
const Bounds kRequestSeconds = {.3, .5, .8, 1,  1.5, 2,   2.5, 5,   10,   15,  20,
                                30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680};
const Bounds kTokens = {1,   2,    5,    10,   20,    50,    100,   200,
                        500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

// By engine::FinishReason.
constexpr const char* kReasonNames[] = {"stop",  "length", "deadline",
                                        "abort", "error",  "repetition"};
// By engine::ThinkingClosed.
constexpr const char* kClosedNames[] = {"never", "model", "soft", "budget", "asked", "loop"};

void RaiseTo(prometheus::Counter& counter, int64_t total) {
  counter.Increment(static_cast<double>(total) - counter.Value());
}

}  // namespace

Metrics::Metrics(const std::string& model_name, const std::string& version,
                 const model::BackendInfo& backend)
    : labels_({{"model_name", model_name}}),
      time_to_first_token_(AddHistogram("vllm:time_to_first_token_seconds",
                                        "Arrival to first token", kFirstTokenSeconds)),
      inter_token_latency_(AddHistogram("vllm:inter_token_latency_seconds",
                                        "Between two tokens of a sample", kNextTokenSeconds)),
      e2e_latency_(AddHistogram("vllm:e2e_request_latency_seconds", "Arrival to last token",
                                kRequestSeconds)),
      queue_time_(AddHistogram("vllm:request_queue_time_seconds", "Arrival to the first step",
                               kRequestSeconds)),
      prefill_time_(AddHistogram("vllm:request_prefill_time_seconds",
                                 "The first step to the first token", kRequestSeconds)),
      decode_time_(AddHistogram("vllm:request_decode_time_seconds",
                                "The first token to the last one", kRequestSeconds)),
      prompt_tokens_of_request_(
          AddHistogram("vllm:request_prompt_tokens", "Prompt tokens of a request", kTokens)),
      generated_tokens_of_request_(
          AddHistogram("vllm:request_generation_tokens", "Generated tokens of a request", kTokens)),
      longest_sample_tokens_(AddHistogram("vllm:request_max_num_generation_tokens",
                                          "Generated tokens of a request's longest sample",
                                          kTokens)),
      reasoning_tokens_of_request_(AddHistogram("lemma_request_reasoning_tokens",
                                                "Tokens of thinking of a request", kTokens)),
      answers_salvaged_(AddCounter("lemma_answers_salvaged_total",
                                   "Answers that were taken out of unfinished thinking")),
      n_running_(AddGauge("vllm:num_requests_running", "Sequences that are being computed")),
      n_waiting_(AddGauge("vllm:num_requests_waiting", "Requests in the queue")),
      kv_usage_(AddGauge("vllm:kv_cache_usage_perc",
                         "Share of the KV pages that requests hold, from 0 to 1")),
      n_pages_(AddGauge("lemma_kv_pages", "KV pages of 64 tokens")),
      n_pages_free_(AddGauge("lemma_kv_pages_free", "KV pages that nobody holds")),
      prompt_tokens_(AddCounter("vllm:prompt_tokens_total", "Prompt tokens computed")),
      prompt_tokens_cached_(AddCounter("vllm:prompt_tokens_cached_total",
                                       "Prompt tokens that an earlier request had computed")),
      prefix_queries_(AddCounter("vllm:prefix_cache_queries_total",
                                 "Prompt tokens that were looked for in the prefix cache")),
      prefix_hits_(
          AddCounter("vllm:prefix_cache_hits_total", "Of these, those that were found there")),
      drafted_tokens_(
          AddCounter("vllm:spec_decode_num_draft_tokens_total", "Tokens guessed ahead")),
      accepted_tokens_(AddCounter("vllm:spec_decode_num_accepted_tokens_total",
                                  "Of the tokens guessed ahead, those that were right")),
      generated_tokens_(AddCounter("vllm:generation_tokens_total", "Tokens generated")),
      engine_steps_(
          AddCounter("lemma_engine_steps_total", "Steps of the engine, and its ticks while idle")),
      loop_rewinds_(AddCounter("lemma_loop_rewinds_total",
                               "Times that a sample was taken back to where its loop began")),
      step_tokens_(AddHistogram(
          "vllm:iteration_tokens_total", "Tokens computed in a step, those guessed ahead included",
          Bounds(std::begin(engine::StepSizes::kBounds), std::end(engine::StepSizes::kBounds)))) {
  AddGauge("lemma_info", "What serves the model",
           {{"device", backend.device},
            {"weights", backend.weights},
            {"kv", backend.kv},
            {"gpu", kNoGpu}})
      .Set(1);
  AddGauge("lemma_build_info", "What this program is", {{"version", version}}).Set(1);
  // A request has the pages of all that it may generate from its beginning, so none is set back.
  AddCounter("vllm:num_preemptions_total", "Requests that had to give their KV pages away");
}

void Metrics::ObserveFinished(const Finished& finished) {
  Observe(e2e_latency_, finished.since_arrival);
  Observe(queue_time_, finished.queued);
  Observe(prefill_time_, finished.prefill);
  Observe(decode_time_, finished.decode);
  prompt_tokens_of_request_.Observe(static_cast<double>(finished.prompt_tokens));
  generated_tokens_of_request_.Observe(static_cast<double>(finished.generated_tokens));
  longest_sample_tokens_.Observe(static_cast<double>(finished.longest_sample_tokens));
  reasoning_tokens_of_request_.Observe(static_cast<double>(finished.reasoning_tokens));
}

void Metrics::CountResponse(const std::string& route, int http_status) {
  AddCounter("lemma_http_responses_total", "HTTP responses begun",
             {{"route", route}, {"status", std::to_string(http_status)}})
      .Increment();
}

std::string Metrics::Render(const engine::EngineStats& stats) {
  MutexLock lock(mutex_);
  n_running_.Set(static_cast<double>(stats.n_running));
  n_waiting_.Set(static_cast<double>(stats.n_waiting));
  n_pages_.Set(static_cast<double>(stats.n_pages));
  n_pages_free_.Set(static_cast<double>(stats.n_pages_free));
  kv_usage_.Set(stats.kv_usage());
  // What Kubernetes' inference gateway reads to know the size of the pool.
  AddGauge("vllm:cache_config_info", "The KV pages",
           {{"block_size", std::to_string(model::kPageTokens)},
            {"num_gpu_blocks", std::to_string(stats.n_pages)}})
      .Set(1);
  RaiseTo(prompt_tokens_, stats.prompt_tokens);
  RaiseTo(prompt_tokens_cached_, stats.prompt_tokens_cached);
  RaiseTo(prefix_queries_, stats.prompt_tokens + stats.prompt_tokens_cached);
  RaiseTo(prefix_hits_, stats.prompt_tokens_cached);
  RaiseTo(drafted_tokens_, stats.drafted_tokens);
  RaiseTo(accepted_tokens_, stats.accepted_tokens);
  RaiseTo(generated_tokens_, stats.generated_tokens);
  RaiseTo(engine_steps_, stats.n_steps);
  RaiseTo(loop_rewinds_, stats.loop_rewinds);
  ObserveSteps(stats.step_sizes);
  for (size_t i = 0; i < std::size(kReasonNames); ++i) {
    RaiseTo(AddCounter("vllm:request_success_total", "Samples that ended, by reason",
                       {{"finished_reason", kReasonNames[i]}}),
            stats.requests_finished[i]);
  }
  for (size_t i = 0; i < std::size(kClosedNames); ++i) {
    RaiseTo(AddCounter("lemma_thinking_closed_total", "Samples that ended, by what closed thinking",
                       {{"by", kClosedNames[i]}}),
            stats.thinking_closed[i]);
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, registry_.Collect());
  return std::move(out).str();
}

void Metrics::ObserveSteps(const engine::StepSizes& steps) {
  std::vector<double> n_new(steps.n_steps.size());
  for (size_t i = 0; i < n_new.size(); ++i) {
    n_new[i] = static_cast<double>(steps.n_steps[i] - steps_observed_.n_steps[i]);
  }
  step_tokens_.ObserveMultiple(n_new,
                               static_cast<double>(steps.n_tokens - steps_observed_.n_tokens));
  steps_observed_ = steps;
}

void Metrics::Observe(prometheus::Histogram& histogram, Duration duration) {
  histogram.Observe(std::chrono::duration<double>(duration).count());
}

// The registry gives what is there already where name and labels are known.
prometheus::Counter& Metrics::AddCounter(const std::string& name, const std::string& help,
                                         const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Labels(labels_).Register(registry_).Add(
      labels);
}

prometheus::Gauge& Metrics::AddGauge(const std::string& name, const std::string& help,
                                     const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Labels(labels_).Register(registry_).Add(
      labels);
}

prometheus::Histogram& Metrics::AddHistogram(const std::string& name, const std::string& help,
                                             const Bounds& bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Labels(labels_).Register(registry_).Add(
      {}, bounds);
}

}  // namespace lemma::worker
