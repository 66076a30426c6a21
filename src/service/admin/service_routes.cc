// The service as a whole: is it well, how is it configured, what was changed in it.
#include <algorithm>

#include "common/base/json.h"
#include "service/access/time_text.h"
#include "service/admin/openapi.h"
#include "service/admin/parts.h"
#include "service/admin/query_reader.h"
#include "service/admin/routes.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

constexpr int64_t kAuditPageMax = 1000;

Result<net::HttpResponse> Health(Call& call) {
  const auto alerts = call.parts.alerts.List();  // as good a question to the database as any
  const Status& database = alerts.status();
  json::value n_firing(nullptr);
  if (alerts.ok()) {
    n_firing = std::ranges::count(*alerts, store::AlertState::kFiring, &store::AlertRule::state);
  }
  const int n_ready = call.parts.pool.n_ready();
  json::array models;
  for (const pool::ServedModel& model : call.parts.pool.Models()) models.emplace_back(model.id);
  return JsonResponse(
      json::object{{"status", database.ok() && n_ready > 0 ? "ok" : "degraded"},
                   {"database", database.ok() ? "ok" : StatusCodeName(database.code())},
                   {"replicas_ready", n_ready},
                   {"models", std::move(models)},
                   {"alerts_firing", std::move(n_firing)}});
}

Result<net::HttpResponse> Configuration(Call& call) {
  return JsonResponse(call.parts.configuration);
}

json::object ToJson(const store::AuditEntry& entry) {
  const auto details = ParseJson(entry.details, "details");
  return {{"number", entry.number},
          {"at", TimeValue(entry.at_ms)},
          {"actor", entry.actor.name},
          {"address", entry.actor.address},
          {"action", entry.action},
          {"target", entry.target},
          {"details", details.ok() ? *details : json::value(nullptr)},
          {"hash", entry.hash}};
}

Result<net::HttpResponse> Audit(Call& call) {
  store::AuditFilter filter;
  LEMMA_ASSIGN_OR_RETURN(filter.before, NumberOf(call, "before", 1, INT64_MAX, 0));
  LEMMA_ASSIGN_OR_RETURN(filter.from_ms, NumberOf(call, "from_ms", 0, access::kTimeMsMax, 0));
  LEMMA_ASSIGN_OR_RETURN(filter.until_ms, NumberOf(call, "until_ms", 0, access::kTimeMsMax, 0));
  LEMMA_ASSIGN_OR_RETURN(const int64_t limit, NumberOf(call, "limit", 1, kAuditPageMax, 100));
  filter.limit = static_cast<int32_t>(limit);
  filter.actor = call.query_text("actor");
  filter.action = call.query_text("action");
  filter.target = call.query_text("target");
  LEMMA_ASSIGN_OR_RETURN(const auto entries, call.parts.audit.Query(filter));
  json::array list;
  for (const store::AuditEntry& entry : entries) list.push_back(ToJson(entry));
  return JsonResponse(json::object{{"entries", std::move(list)}});
}

Result<net::HttpResponse> OpenApi(Call&) { return JsonResponse(OpenApiDocument(Routes())); }

}  // namespace

std::vector<Route> ServiceRoutes() {
  return {
      {"GET", "/openapi.json", std::nullopt, OpenApi, "This document"},
      {"GET", "/health", AdminRole::kViewer, Health,
       "Whether database and replicas are there, and how many alerts fire"},
      {"GET", "/config", AdminRole::kAdmin, Configuration,
       "The options that the service was started with, without secrets"},
      {.method = "GET",
       .path = "/audit",
       .least = AdminRole::kAdmin,
       .handler = Audit,
       .summary = "The audit log, the newest entry first",
       .query = {{"before", FieldType::kInteger, false, "Entries with smaller numbers"},
                 {"from_ms", FieldType::kInteger, false, "Unix milliseconds, included"},
                 {"until_ms", FieldType::kInteger, false, "Unix milliseconds, not included"},
                 {"actor", FieldType::kString, false, "A user's name"},
                 {"action", FieldType::kString, false, "key.create, profile.save, ..."},
                 {"target", FieldType::kString, false, "A key's or user's id, a profile's name"},
                 {"limit", FieldType::kInteger, false, "1 to 1000; 100 where it is missing"}}},
  };
}

}  // namespace lemma::admin
