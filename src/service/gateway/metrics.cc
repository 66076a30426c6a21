#include "service/gateway/metrics.h"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <sstream>

namespace lemma::gateway {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// From a refusal to half an hour of thinking.
prometheus::Histogram::BucketBoundaries WaitSeconds() {
  return {.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};
}

// OpenTelemetry's of gen_ai.server.time_per_output_token, and some for small models.
prometheus::Histogram::BucketBoundaries TokenSeconds() {
  return {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .075,
          .1,    .15,    .2,    .3,   .4,    .5,   .75, 1,    2.5};
}

}  // namespace

Metrics::Metrics(const std::string& version)
    : answers_(prometheus::BuildCounter()
                   .Name("lemma_gateway_requests_total")
                   .Help("Requests answered, by route and HTTP status")
                   .Register(registry_)),
      injections_(prometheus::BuildCounter()
                      .Name("lemma_gateway_prompts_injected_total")
                      .Help("Requests that came without a system prompt, by the profile they got")
                      .Register(registry_)),
      off_domain_(prometheus::BuildCounter()
                      .Name("lemma_gateway_off_domain_total")
                      .Help("Questions that their profile is not for, by profile and outcome")
                      .Register(registry_)),
      limited_(prometheus::BuildCounter()
                   .Name("lemma_gateway_requests_limited_total")
                   .Help("Requests refused with 429, by the limit of their key")
                   .Register(registry_)),
      tokens_(prometheus::BuildCounter()
                  .Name("lemma_gateway_tokens_total")
                  .Help("Tokens of requests that ended, by route and direction")
                  .Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("lemma_gateway_request_duration_seconds")
                     .Help("Arrival to the end of the answer, by route")
                     .Register(registry_)),
      queue_waits_(prometheus::BuildHistogram()
                       .Name("lemma_gateway_queue_wait_seconds")
                       .Help("Wait for the key's limits and for a replica, by route")
                       .Register(registry_)),
      first_tokens_(prometheus::BuildHistogram()
                        .Name("lemma_gateway_ttft_seconds")
                        .Help("Arrival to the begin of an answer that is streamed, by route")
                        .Register(registry_)),
      per_token_(prometheus::BuildHistogram()
                     .Name("lemma_gateway_tpot_seconds")
                     .Help("Time per output token after the first, a mean of each answer, by route")
                     .Register(registry_)),
      in_flight_(prometheus::BuildGauge()
                     .Name("lemma_gateway_requests_in_flight")
                     .Help("Calls to replicas under way, those that wait for one too")
                     .Register(registry_)
                     .Add({})),
      overhead_(prometheus::BuildHistogram()
                    .Name("lemma_gateway_overhead_seconds")
                    .Help("Arrival to the begin of the answer, without the wait for the worker")
                    .Register(registry_)
                    .Add({}, prometheus::Histogram::BucketBoundaries{.0001, .00025, .0005, .001,
                                                                     .0025, .005, .01, .1})) {
  prometheus::BuildGauge()
      .Name("lemma_build_info")
      .Help("What this program is")
      .Register(registry_)
      .Add({{"version", version}})
      .Set(1);
}

void Metrics::CountAnswer(const std::string& route, int http_status) {
  answers_.Add({{"route", route}, {"code", std::to_string(http_status)}}).Increment();
}

void Metrics::CountInjection(const std::string& profile) {
  injections_.Add({{"profile", profile}}).Increment();
}

void Metrics::CountOffDomain(const std::string& profile, const std::string& outcome) {
  off_domain_.Add({{"profile", profile}, {"outcome", outcome}}).Increment();
}

void Metrics::CountLimited(const std::string& limit) {
  limited_.Add({{"limit", limit}}).Increment();
}

void Metrics::ObserveOverhead(Duration overhead) { overhead_.Observe(Seconds(overhead)); }

void Metrics::ObserveRequest(const std::string& route, Duration duration) {
  durations_.Add({{"route", route}}, WaitSeconds()).Observe(Seconds(duration));
}

void Metrics::ObserveQueueWait(const std::string& route, Duration wait) {
  queue_waits_.Add({{"route", route}}, WaitSeconds()).Observe(Seconds(wait));
}

void Metrics::ObserveFirstToken(const std::string& route, Duration wait) {
  first_tokens_.Add({{"route", route}}, WaitSeconds()).Observe(Seconds(wait));
}

void Metrics::ObservePerToken(const std::string& route, Duration time) {
  per_token_.Add({{"route", route}}, TokenSeconds()).Observe(Seconds(time));
}

void Metrics::CountTokens(const std::string& route, int64_t n_prompt, int64_t n_completion) {
  const auto count = [&](const char* direction, int64_t n) {
    if (n == 0) return;
    tokens_.Add({{"route", route}, {"direction", direction}}).Increment(static_cast<double>(n));
  };
  count("input", n_prompt);
  count("output", n_completion);
}

std::string Metrics::Render() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, registry_.Collect());
  return out.str();
}

}  // namespace lemma::gateway
