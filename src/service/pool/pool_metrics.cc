#include "service/pool/pool_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace lemma::pool {
namespace {

using Labels = prometheus::Labels;

// A registry for one rendering: replicas that are gone leave nothing behind.
class Exposition {
 public:
  void Gauge(const char* name, const char* help, double value, const Labels& labels = {}) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels).Set(value);
  }
  void Counter(const char* name, const char* help, int64_t value, const Labels& labels = {}) {
    prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels).Increment(
        static_cast<double>(value));
  }
  std::string Text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, registry_.Collect());
    return std::move(out).str();
  }

 private:
  prometheus::Registry registry_;  // gives what is there already where name and labels are known
};

void AddReplica(Exposition& out, const ReplicaTable& table, const Replica& replica, TimePoint now) {
  const Labels labels = {{"replica", replica.name}};
  out.Gauge("lemma_pool_replica_ready", "1: it can be asked", table.IsReady(replica, now), labels);
  out.Gauge("lemma_pool_replica_draining", "1: it gets no new requests", !replica.takes_requests(),
            labels);
  out.Gauge("lemma_pool_replica_requests_active", "Requests under way there", replica.n_in_flight,
            labels);
  out.Gauge("lemma_pool_replica_tokens_reserved", "Tokens of these requests, prompt and answer",
            static_cast<double>(replica.reserved_tokens), labels);
  out.Gauge("lemma_pool_replica_requests_max", "Requests that it is given at a time",
            static_cast<double>(replica.capacity.requests), labels);
  out.Gauge("lemma_pool_replica_cb_state", "Circuit breaker: 0 closed, 1 open, 2 half open",
            static_cast<double>(replica.breaker.state(now)), labels);
  out.Counter("lemma_pool_replica_cb_opened_total", "Times the circuit breaker opened",
              replica.breaker.n_opened(), labels);
  out.Counter("lemma_pool_replica_selections_total", "Requests sent there", replica.n_chosen,
              labels);
  out.Counter("lemma_pool_replica_hung_total", "Times it was found hung", replica.n_hung, labels);
  if (const auto age = replica.health.heartbeat_age()) {
    out.Gauge("lemma_pool_replica_heartbeat_age_seconds",
              "Since its engine computed anything, when it was asked last",
              std::chrono::duration<double>(*age).count(), labels);
  }
  for (int i = 0; i < kOutcomes; ++i) {
    out.Counter("lemma_pool_replica_requests_total", "Requests that ended there, by how",
                replica.n_ended[static_cast<size_t>(i)],
                {{"replica", replica.name}, {"outcome", OutcomeName(static_cast<Outcome>(i))}});
  }
}

}  // namespace

std::string RenderPoolMetrics(const ReplicaTable& table, const PoolCounts& counts, TimePoint now) {
  Exposition out;
  out.Gauge("lemma_pool_ready_replicas", "Replicas that can be asked", table.n_ready(now));
  out.Counter("lemma_pool_retries_total", "Requests sent to a second replica", counts.n_retries);
  out.Counter("lemma_pool_retries_exhausted_total",
              "Requests that failed with no second replica to go to", counts.n_retries_exhausted);
  out.Gauge("lemma_pool_quarantined_requests",
            "Requests refused because two replicas ended while they had them",
            static_cast<double>(counts.n_quarantined));
  out.Gauge("lemma_pool_queue_requests", "Requests that wait for a replica",
            static_cast<double>(counts.n_waiting));
  out.Gauge("lemma_pool_queue_tokens", "Tokens of these, prompt and answer",
            static_cast<double>(counts.n_waiting_tokens));
  out.Counter("lemma_pool_queue_refused_total", "Requests that were not let wait, or no longer",
              counts.n_overflowed, {{"reason", "full"}});
  out.Counter("lemma_pool_queue_refused_total", "Requests that were not let wait, or no longer",
              counts.n_expired, {{"reason", "timeout"}});
  for (const auto& [id, replica] : table.replicas()) AddReplica(out, table, replica, now);
  for (const auto& [id, process] : counts.processes) {
    const Labels labels = {{"replica", table.replicas().at(id).name}};
    out.Counter("lemma_pool_replica_restarts_total", "Times the process was started again",
                process.n_restarts, labels);
    out.Gauge("lemma_pool_replica_crash_loop", "1: it ends again and again", process.in_crash_loop,
              labels);
  }
  return out.Text();
}

}  // namespace lemma::pool
