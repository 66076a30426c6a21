#include "service/jobs/jobs.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <string_view>
#include <utility>

#include "common/base/error_body.h"
#include "common/net/retry_after.h"
#include "service/jobs/job_reply.h"
#include "service/jobs/job_request.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

constexpr std::string_view kPath = "/v1/jobs";
constexpr int64_t kPageMax = 100;
constexpr int64_t kPageDefault = 20;

void SendError(net::HttpExchange& exchange, const Status& status) {
  net::HttpResponse response = net::HttpResponse::Json(HttpStatusOf(status), ErrorBody(status));
  if (response.status == 503 || response.status == 429) {
    net::AddRetryAfter(response, std::chrono::seconds(10));
  }
  exchange.Send(std::move(response));
}

void SendWrongMethod(net::HttpExchange& exchange, const std::string& allowed) {
  net::HttpResponse response = net::HttpResponse::Json(
      405, HttpErrorBody(405, exchange.request().path + " takes " + allowed));
  response.headers.push_back({"Allow", allowed});
  exchange.Send(std::move(response));
}

void SendJob(net::HttpExchange& exchange, int http_status, const json::object& job) {
  exchange.Send(net::HttpResponse::Json(http_status, json::serialize(job)));
}

// The value of `name` in the query, as it was sent; "": none.
std::string QueryValue(std::string_view target, std::string_view name) {
  const size_t begin = target.find('?');
  std::string_view rest = begin == target.npos ? "" : target.substr(begin + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return std::string(pair.substr(name.size() + 1));
    }
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return "";
}

Result<int64_t> ParseWhole(const std::string& text, int64_t low, int64_t high, const char* name) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return InvalidArgument(
        "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high), name);
  }
  return value;
}

constexpr int64_t kOffsetMax = int64_t{1} << 53;

// The first event that is asked for.
Result<int64_t> OffsetOf(const net::HttpRequest& request) {
  const std::string last(request.header("last-event-id"));
  if (!last.empty()) {
    LEMMA_ASSIGN_OR_RETURN(const int64_t seen, ParseWhole(last, 0, kOffsetMax, "Last-Event-ID"));
    return seen + 1;
  }
  const std::string offset = QueryValue(request.target, "offset");
  return offset.empty() ? Result<int64_t>(0) : ParseWhole(offset, 0, kOffsetMax, "offset");
}

}  // namespace

Jobs::Jobs(const JobsOptions& options)
    : store_(*options.store),
      limits_(options.limits),
      streams_(store_),
      hooks_(store_, options.reach),
      runner_(store_, options.front_door, options.can_run, options.runner) {}

void Jobs::Answer(std::shared_ptr<net::HttpExchange> exchange, const std::string& key_id) {
  const net::HttpRequest& request = exchange->request();
  if (request.path.size() > kPath.size() + 1) {
    return AnswerOne(std::move(exchange), key_id, request.path.substr(kPath.size() + 1));
  }
  if (request.method == "POST") return Create(*exchange, key_id);
  if (request.method == "GET") return List(*exchange, key_id);
  SendWrongMethod(*exchange, "GET, POST");
}

void Jobs::Create(net::HttpExchange& exchange, const std::string& key_id) {
  const Result<store::Job> job = ParseJobRequest(exchange.request(), key_id);
  if (!job.ok()) return SendError(exchange, job.status());
  const auto created = store_.Create(*job, limits_);
  if (!created.ok()) return SendError(exchange, created.status());
  if (created->job.digest != job->digest) {
    const Status status =
        InvalidArgument("was used for a job with another body; use a new one", "Idempotency-Key");
    return exchange.Send(net::HttpResponse::Json(409, ErrorBody(status, "idempotency_key_reused")));
  }
  json::object reply = RenderJob(created->job);
  // Nowhere else: who asked for the job has it, or has to be told it.
  if (!created->job.webhook.secret.empty()) {
    const auto secret = store_.WebhookSecret(created->job);
    if (!secret.ok()) return SendError(exchange, secret.status());
    reply["webhook"].as_object()["secret"] = *secret;
  }
  SendJob(exchange, created->is_new ? 202 : 200, reply);
  runner_.RunSoon();
}

void Jobs::List(net::HttpExchange& exchange, const std::string& key_id) {
  const std::string& target = exchange.request().target;
  const std::string limit = QueryValue(target, "limit");
  const auto n_max =
      limit.empty() ? Result<int64_t>(kPageDefault) : ParseWhole(limit, 1, kPageMax, "limit");
  if (!n_max.ok()) return SendError(exchange, n_max.status());
  const std::string after = QueryValue(target, "after");
  if (!after.empty()) {
    const auto known = store_.Find(key_id, after);
    if (!known.ok()) return SendError(exchange, known.status());
    if (!*known) return SendError(exchange, InvalidArgument("there is no such job", "after"));
  }
  auto jobs = store_.List({.key_id = key_id}, after, *n_max + 1);
  if (!jobs.ok()) return SendError(exchange, jobs.status());
  const bool has_more = static_cast<int64_t>(jobs->size()) > *n_max;
  if (has_more) jobs->pop_back();
  json::array data;
  for (const store::Job& job : *jobs) data.push_back(RenderJob(job));
  SendJob(exchange, 200, {{"object", "list"}, {"data", std::move(data)}, {"has_more", has_more}});
}

void Jobs::AnswerOne(std::shared_ptr<net::HttpExchange> exchange, const std::string& key_id,
                     const std::string& rest) {
  constexpr std::string_view kEvents = "/events";
  const std::string& method = exchange->request().method;
  const bool is_events = rest.ends_with(kEvents);
  const std::string id = is_events ? rest.substr(0, rest.size() - kEvents.size()) : rest;
  auto job = store_.Find(key_id, id);
  if (!job.ok()) return SendError(*exchange, job.status());
  if (!*job) return SendError(*exchange, NotFound("there is no job " + id + " of this API key"));
  if (is_events && method != "GET") return SendWrongMethod(*exchange, "GET");
  if (is_events) return Follow(std::move(exchange), **job);
  if (method == "GET") return SendJob(*exchange, 200, RenderJob(**job));
  if (method != "DELETE") return SendWrongMethod(*exchange, "GET, DELETE");
  Delete(*exchange, key_id, id);
}

void Jobs::Delete(net::HttpExchange& exchange, const std::string& key_id, const std::string& id) {
  const std::string forget = QueryValue(exchange.request().target, "forget");
  if (!forget.empty() && forget != "true" && forget != "false") {
    return SendError(exchange, InvalidArgument("must be true or false", "forget"));
  }
  const Status asked = forget == "true" ? store_.Forget(id) : store_.Cancel(id);
  if (!asked.ok()) return SendError(exchange, asked);
  runner_.RunSoon();
  const auto job = store_.Find(key_id, id);
  if (!job.ok()) return SendError(exchange, job.status());
  if (!*job) {
    return SendJob(exchange, 200, {{"id", id}, {"object", "job"}, {"deleted", true}});
  }
  SendJob(exchange, 200, RenderJob(**job));
}

void Jobs::Follow(std::shared_ptr<net::HttpExchange> exchange, const store::Job& job) {
  const Result<int64_t> offset = OffsetOf(exchange->request());
  if (!offset.ok()) return SendError(*exchange, offset.status());
  // An EventSource asks again after the end, until it is told that there is no more.
  if (store::HasEnded(job.status) && *offset > job.n_events) {
    return exchange->Send({204, {}, ""});
  }
  streams_.Follow(std::move(exchange), job, *offset);
}

void Jobs::Drain() {
  runner_.Drain();
  streams_.Stop();
}

void Jobs::Stop() {
  streams_.Stop();
  runner_.Stop();
  hooks_.Stop();
}

}  // namespace lemma::jobs
