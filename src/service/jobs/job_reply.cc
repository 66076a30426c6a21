#include "service/jobs/job_reply.h"

#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

json::value TimeOrNull(int64_t unix_ms) {
  return unix_ms == 0 ? json::value(nullptr) : json::value(unix_ms);
}

// What was stored as JSON; null: nothing was.
json::value Stored(const std::string& text) {
  return text.empty() ? json::value(nullptr) : ParseJson(text, "a stored value").value();
}

}  // namespace

json::value ErrorOf(const std::string& body) {
  json::value value = Stored(body);
  json::object* object = value.if_object();
  json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  return error == nullptr ? value : json::value(std::move(*error));
}

json::object RenderJob(const store::Job& job, size_t result_bytes_max) {
  json::object object = {{"id", job.id},
                         {"object", "job"},
                         {"target", job.target},
                         {"status", store::JobStatusName(job.status)},
                         {"created_ms", job.created_ms},
                         {"started_ms", TimeOrNull(job.started_ms)},
                         {"ended_ms", TimeOrNull(job.ended_ms)},
                         {"attempts", job.n_attempts},
                         {"events", job.n_events},
                         {"progress", Stored(job.progress)}};
  if (!job.idempotency_key.empty()) object["idempotency_key"] = job.idempotency_key;
  if (!job.webhook.url.empty()) {
    object["webhook"] = {{"url", job.webhook.url},
                         {"state", job.webhook.state},
                         {"attempts", job.webhook.n_attempts},
                         {"error", job.webhook.error.empty() ? json::value(nullptr)
                                                             : json::value(job.webhook.error)}};
  }
  if (job.result.empty() || job.result.size() > result_bytes_max) return object;
  if (job.status == store::JobStatus::kDone) {
    object["result"] = Stored(job.result);
    return object;
  }
  object["http_status"] = job.http_status;
  object["error"] = ErrorOf(job.result);
  return object;
}

}  // namespace lemma::jobs
