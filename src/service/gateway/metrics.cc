#include "service/gateway/metrics.h"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <sstream>

namespace lemma::gateway {

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

void Metrics::ObserveOverhead(Duration overhead) {
  overhead_.Observe(std::chrono::duration<double>(overhead).count());
}

std::string Metrics::Render() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, registry_.Collect());
  return out.str();
}

}  // namespace lemma::gateway
