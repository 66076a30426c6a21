#include "service/alerts/alert_body.h"

#include <boost/json.hpp>
#include <utility>

namespace lemma::alerts {

namespace json = boost::json;

std::string AlertBody(const store::AlertRule& rule, std::string_view state,
                      const std::optional<double>& value, int64_t now_ms) {
  json::object filters;
  for (const store::UsageFilter& filter : rule.spec.filters) {
    filters[NameOf(filter.dimension)] = json::value_from(filter.values);
  }
  return json::serialize(json::object{{"alert_id", rule.id},
                                      {"name", rule.spec.name},
                                      {"state", state},
                                      {"metric", rule.spec.metric},
                                      {"comparison", rule.spec.is_above ? "above" : "below"},
                                      {"threshold", rule.spec.threshold},
                                      {"value", value ? json::value(*value) : json::value(nullptr)},
                                      {"window_minutes", rule.spec.window_minutes},
                                      {"filters", std::move(filters)},
                                      {"at_ms", now_ms}});
}

}  // namespace lemma::alerts
