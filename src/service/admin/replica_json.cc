#include "service/admin/replica_json.h"

#include <boost/json/value_from.hpp>
#include <chrono>

namespace lemma::admin {

namespace json = boost::json;

json::object ToJson(const pool::ReplicaView& view) {
  json::object requests;  // that ended there, by how
  for (int i = 0; i < pool::kOutcomes; ++i) {
    requests[pool::OutcomeName(static_cast<pool::Outcome>(i))] =
        view.n_ended[static_cast<size_t>(i)];
  }
  json::object object = {{"id", view.id},
                         {"name", view.name},
                         {"kind", view.process ? "worker" : "remote"},
                         {"origin", view.is_added ? "store" : "command_line"},
                         {"address", view.address},
                         {"state", view.state},
                         {"draining", view.is_draining},
                         {"breaker", view.breaker},
                         {"models", json::value_from(view.models)},
                         {"in_flight", view.n_in_flight},
                         {"reserved_tokens", view.reserved_tokens},
                         {"waiting", view.n_waiting},
                         {"requests_max", view.requests_max},
                         {"selections", view.n_chosen},
                         {"requests", std::move(requests)},
                         {"hung", view.n_hung},
                         {"breaker_opened", view.n_breaker_opened}};
  if (view.heartbeat_age) {
    object["heartbeat_age_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(*view.heartbeat_age).count();
  }
  if (view.resources.kv_usage) object["kv_usage"] = *view.resources.kv_usage;
  if (view.resources.cpu_usage) object["cpu_usage"] = *view.resources.cpu_usage;
  if (!view.resources.gpu.empty()) object["gpu"] = view.resources.gpu;
  if (view.process) {
    object["pid"] = view.process->pid > 0 ? json::value(view.process->pid) : json::value(nullptr);
    object["restarts"] = view.process->n_restarts;
    object["crash_loop"] = view.process->in_crash_loop;
  }
  return object;
}

}  // namespace lemma::admin
