// Alerts: thresholds over usage, and the webhooks that are told.
#include <boost/json/value_from.hpp>

#include "common/base/random_id.h"
#include "service/admin/parts.h"
#include "service/admin/routes.h"
#include "service/alerts/alert_body.h"
#include "service/alerts/alert_watch.h"
#include "service/store/alert_store.h"
#include "service/webhook/webhook.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

json::object ToJson(const store::AlertRule& rule) {
  json::object filters;
  for (const store::UsageFilter& filter : rule.spec.filters) {
    filters[NameOf(filter.dimension)] = json::value_from(filter.values);
  }
  return {{"id", rule.id},
          {"name", rule.spec.name},
          {"metric", rule.spec.metric},
          {"comparison", rule.spec.is_above ? "above" : "below"},
          {"threshold", rule.spec.threshold},
          {"window_minutes", rule.spec.window_minutes},
          {"for_minutes", rule.spec.for_minutes},
          {"filters", std::move(filters)},
          {"webhook_url", rule.spec.webhook_url},
          {"created", TimeValue(rule.created_ms)},
          {"state", NameOf(rule.state)},
          {"since", TimeValue(rule.since_ms)},
          {"value", rule.value ? json::value(*rule.value) : json::value(nullptr)},
          {"delivery_error", rule.delivery_error}};
}

Status ReadFilters(const json::object& object, std::vector<store::UsageFilter>& into) {
  for (const auto& member : object) {
    const auto dimension = store::UsageDimensionOf(member.key());
    const json::array* values = member.value().if_array();
    if (!dimension || values == nullptr) {
      return InvalidArgument(
          "must be an object of dimensions (key_id, profile, profile_version, task, model, status, "
          "replica, reason), each with an array of strings",
          "filters");
    }
    store::UsageFilter filter{*dimension, {}};
    for (const json::value& value : *values) {
      if (!value.is_string()) {
        return InvalidArgument("must be an array of strings",
                               "filters." + std::string(member.key()));
      }
      filter.values.emplace_back(value.get_string());
    }
    into.push_back(std::move(filter));
  }
  return Ok();
}

Result<net::HttpResponse> List(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto rules, call.parts.alerts.List());
  json::array list;
  for (const store::AlertRule& rule : rules) list.push_back(ToJson(rule));
  return JsonResponse(json::object{{"alerts", std::move(list)}});
}

Result<store::AlertSpec> ReadSpec(const Call& call) {
  store::AlertSpec spec;
  spec.name = call.text("name");
  spec.metric = call.text("metric");
  spec.webhook_url = call.text("webhook_url");
  spec.threshold = call.body.at("threshold").to_number<double>();
  const std::string comparison = call.text("comparison");
  if (comparison != "above" && comparison != "below") {
    return InvalidArgument("must be above or below", "comparison");
  }
  spec.is_above = comparison == "above";
  if (const json::value* n = call.body.if_contains("window_minutes")) {
    spec.window_minutes = n->get_int64();
  }
  if (const json::value* n = call.body.if_contains("for_minutes")) {
    spec.for_minutes = n->get_int64();
  }
  if (const json::value* filters = call.body.if_contains("filters")) {
    LEMMA_RETURN_IF_ERROR(ReadFilters(filters->get_object(), spec.filters));
  }
  return spec;
}

Result<net::HttpResponse> Get(Call& call) {
  const std::string& id = call.path.at("id");
  LEMMA_ASSIGN_OR_RETURN(const store::AlertRule rule, call.parts.alerts.Find(id));
  LEMMA_ASSIGN_OR_RETURN(const auto waiting, call.parts.alerts.Waiting(id));
  json::array deliveries;
  for (const store::AlertDelivery& delivery : waiting) {
    deliveries.push_back(json::object{{"id", delivery.id},
                                      {"failed_attempts", delivery.n_attempts},
                                      {"next", TimeValue(delivery.next_ms)}});
  }
  json::object object = ToJson(rule);
  object["deliveries"] = std::move(deliveries);
  return JsonResponse(object);
}

Result<net::HttpResponse> Create(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::AlertSpec spec, ReadSpec(call));
  LEMMA_ASSIGN_OR_RETURN(const store::AlertRule rule, call.parts.alerts.Create(spec, call.actor()));
  json::object object = ToJson(rule);
  object["secret"] = alerts::WebhookSecret(call.parts.keys.secret(), rule.id);
  return JsonResponse(object, 201);
}

Result<net::HttpResponse> Replace(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::AlertSpec spec, ReadSpec(call));
  LEMMA_ASSIGN_OR_RETURN(const store::AlertRule rule,
                         call.parts.alerts.Replace(call.path.at("id"), spec, call.actor()));
  return JsonResponse(ToJson(rule));
}

// At once, once, and beside what is still to be delivered.
Result<net::HttpResponse> Test(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::AlertRule rule, call.parts.alerts.Find(call.path.at("id")));
  LEMMA_RETURN_IF_ERROR(call.parts.audit.Append(call.actor(), "alert.test", rule.id));
  const int64_t now_ms = call.parts.clock.NowMs();
  const Status sent = webhook::SendWebhook(
      {rule.spec.webhook_url, RandomHex(), alerts::AlertBody(rule, "test", rule.value, now_ms)},
      alerts::WebhookSecret(call.parts.keys.secret(), rule.id), now_ms / 1000,
      webhook::Reach::kPrivateToo);
  return JsonResponse(json::object{{"is_delivered", sent.ok()}, {"error", sent.message()}});
}

Result<net::HttpResponse> Remove(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.alerts.Delete(call.path.at("id"), call.actor()));
  return Done();
}

}  // namespace

std::vector<Route> AlertRoutes() {
  const std::vector<Field> spec = {
      {"name", FieldType::kString, true, "For people"},
      {"metric", FieldType::kString, true, "error_rate, first_token_p95, ..."},
      {"comparison", FieldType::kString, true, "above or below"},
      {"threshold", FieldType::kNumber, true, "Milliseconds of latencies, 0 to 1 of rates"},
      {"window_minutes", FieldType::kInteger, false, "1 to 1440, 5 by default"},
      {"for_minutes", FieldType::kInteger, false, "0 to 1440, 0 by default"},
      {"filters", FieldType::kObject, false, "Dimensions, each an array of strings"},
      {"webhook_url", FieldType::kString, true, "http or https"}};
  return {
      {"GET", "/alerts/{id}", AdminRole::kAdmin, Get,
       "One alert, with what has not arrived at its receiver yet"},
      {"GET", "/alerts", AdminRole::kAdmin, List, "All alerts and how they stand"},
      {.method = "POST",
       .path = "/alerts",
       .least = AdminRole::kOwner,
       .handler = Create,
       .summary = "A new alert; the reply alone has its signing secret",
       .body = spec},
      {.method = "PUT",
       .path = "/alerts/{id}",
       .least = AdminRole::kOwner,
       .handler = Replace,
       .summary = "Another rule in its place, with the same secret; it begins anew",
       .body = spec},
      {"POST", "/alerts/{id}/test", AdminRole::kOwner, Test,
       "Sends its webhook once, with the state \"test\", and says whether it arrived"},
      {"DELETE", "/alerts/{id}", AdminRole::kOwner, Remove, "Ends an alert"},
  };
}

}  // namespace lemma::admin
