// Jobs of all owners: how they stand, and how one is cancelled.
#include <boost/json.hpp>
#include <optional>

#include "common/base/json.h"
#include "service/admin/parts.h"
#include "service/admin/query_reader.h"
#include "service/admin/redacted.h"
#include "service/admin/routes.h"
#include "service/jobs/job_reply.h"
#include "service/store/job_store.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

Status NoSuchJob(const std::string& id) { return NotFound("there is no job " + id); }

// As its owner sees it, without what was asked and answered (of that, votes are a part) and without
// what may open its receiver.
json::object ToJson(const store::Job& job) {
  json::object object = jobs::RenderJob(job);
  object["key_id"] = job.key_id;
  object["cancel_asked"] = job.is_cancel_asked;
  object.erase("result");
  object.erase("idempotency_key");
  if (json::object* progress = object.at("progress").if_object()) progress->erase("votes");
  if (json::value* webhook = object.if_contains("webhook")) {
    webhook->as_object()["url"] = HostOfUrl(job.webhook.url);
  }
  return object;
}

// Whether the owner agreed to have prompts and answers looked at.
Result<bool> KeepsContent(const Call& call, const std::string& key_id) {
  if (key_id.empty()) return false;  // of callers without a key: nobody agreed
  const auto key = call.parts.keys.FindById(key_id);
  if (key.status().code() == StatusCode::kNotFound) return false;
  if (!key.ok()) return key.status();
  return key->spec.keeps_content;
}

Result<net::HttpResponse> List(Call& call) {
  store::JobSearch search;
  if (call.query.contains("key_id")) search.key_id = call.query_text("key_id");
  search.target = call.query_text("target");
  LEMMA_ASSIGN_OR_RETURN(search.status, StatusOf(call));
  LEMMA_ASSIGN_OR_RETURN(const int64_t limit, PageLimitOf(call));
  const std::string after = call.query_text("after");
  if (!after.empty()) {
    LEMMA_ASSIGN_OR_RETURN(const auto known, call.parts.jobs.Find(std::nullopt, after));
    if (!known) return InvalidArgument("there is no such job any more; begin anew", "after");
  }
  LEMMA_ASSIGN_OR_RETURN(std::vector<store::Job> jobs,
                         call.parts.jobs.List(search, after, limit + 1));
  json::value next = TakeNext(jobs, limit);
  json::array list;
  for (const store::Job& job : jobs) list.push_back(ToJson(job));
  return JsonResponse(json::object{{"jobs", std::move(list)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> Shown(const Call& call, const std::string& id) {
  LEMMA_ASSIGN_OR_RETURN(const auto job, call.parts.jobs.Find(std::nullopt, id));
  if (!job) return NoSuchJob(id);
  json::object object = ToJson(*job);
  object["body"] = object["result"] = nullptr;
  if (call.signed_in->user.role < AdminRole::kAdmin) return JsonResponse(object);
  LEMMA_ASSIGN_OR_RETURN(const bool keeps_content, KeepsContent(call, job->key_id));
  if (!keeps_content) return JsonResponse(object);
  if (!job->body.empty()) object["body"] = ParseJson(job->body, "the job").value();
  json::object whole = jobs::RenderJob(*job);
  if (json::value* result = whole.if_contains("result")) object["result"] = std::move(*result);
  return JsonResponse(object);
}

Result<net::HttpResponse> Get(Call& call) { return Shown(call, call.path.at("id")); }

Result<net::HttpResponse> Cancel(Call& call) {
  const std::string& id = call.path.at("id");
  LEMMA_ASSIGN_OR_RETURN(const auto job, call.parts.jobs.Find(std::nullopt, id));
  if (!job) return NoSuchJob(id);
  if (!store::HasEnded(job->status)) {
    const store::Actor by = call.actor();
    LEMMA_RETURN_IF_ERROR(call.parts.jobs.Cancel(id, &by));
  }
  return Shown(call, id);
}

}  // namespace

std::vector<Route> JobRoutes() {
  return {
      {.method = "GET",
       .path = "/jobs",
       .least = AdminRole::kViewer,
       .handler = List,
       .summary = "Jobs of all keys, the newest first",
       .query = {{"status", FieldType::kString, false, "queued, running, done, failed, cancelled"},
                 {"key_id", FieldType::kString, false, "Empty: of callers without a key"},
                 {"target", FieldType::kString, false, "/v1/solve, ..."},
                 {"limit", FieldType::kInteger, false, "1 to 100, 50 by default"},
                 {"after", FieldType::kString, false, "The `next` of the page before"}}},
      {"GET", "/jobs/{id}", AdminRole::kViewer, Get,
       "One job; what was asked and answered for admins, where its key keeps content"},
      {"POST", "/jobs/{id}/cancel", AdminRole::kAdmin, Cancel,
       "Cancels it; one that has ended stays as it is"},
  };
}

}  // namespace lemma::admin
