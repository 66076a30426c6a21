#include "service/jobs/job_run.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "common/base/error_body.h"
#include "common/base/json.h"
#include "service/jobs/job_request.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

constexpr int64_t kWaitMsMin = 200;
constexpr int64_t kWaitMsDefault = 2000;
constexpr int64_t kWaitMsMax = 3'600'000;

net::HttpRequest RequestOf(const store::Job& job) {
  net::HttpRequest request;
  request.method = "POST";
  request.path = request.target = job.target;
  request.headers = {{"Content-Type", "application/json"}, {"x-request-id", job.id}};
  if (!job.traceparent.empty()) request.headers.push_back({"traceparent", job.traceparent});
  request.peer = solve::OwnPeerFor(job.key_id);
  json::object body = ParseJsonObject(job.body, "the job").value();
  body["stream"] = true;
  if (job.target == kChat) body["stream_options"] = {{"include_usage", true}};
  request.body = json::serialize(body);
  return request;
}

// How long the answer says to wait; nullopt: it does not.
std::optional<int64_t> WaitOf(const net::HttpResponse& head) {
  const auto read = [&](const char* name) -> std::optional<int64_t> {
    const std::string_view text = head.header(name);
    int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return {};
    return std::clamp<int64_t>(value, 0, kWaitMsMax);
  };
  if (const auto wait_ms = read("retry-after-ms")) return wait_ms;
  const auto wait_s = read("retry-after");
  return wait_s ? std::optional(*wait_s * 1000) : std::nullopt;
}

// Of an answer that is not streamed: an error, or that of a replica that cannot stream.
RunOutcome OutcomeOf(const net::HttpResponse& whole) {
  RunOutcome outcome;
  outcome.end = {whole.status == 200 ? store::JobStatus::kDone : store::JobStatus::kFailed,
                 whole.status, whole.body};
  if (outcome.end.result.size() > kResultBytesMax || !ParseJson(whole.body, "it").ok()) {
    const Status status = DataLoss("the answer is not JSON, or over 8 MiB");
    outcome.end = {store::JobStatus::kFailed, HttpStatusOf(status), ErrorBody(status)};
  }
  const bool is_refused = whole.status == 429 || whole.status == 503;
  const std::optional<int64_t> wait_ms = WaitOf(whole);
  outcome.has_begun = whole.status == 502;
  // A client is told not to wait where it would be for long. What says no time is hopeless.
  outcome.may_go_on =
      (is_refused || outcome.has_begun) && (wait_ms || whole.header("x-should-retry") != "false");
  outcome.wait_ms = std::clamp(wait_ms.value_or(kWaitMsDefault), kWaitMsMin, kWaitMsMax);
  return outcome;
}

RunOutcome Failed(const Status& status) {
  return {.end = {store::JobStatus::kFailed, HttpStatusOf(status), ErrorBody(status)}};
}

// The last event of a stream that failed; a worker that died in the middle is no fault of the job.
RunOutcome Failed(const json::object& error) {
  const json::value* code = nullptr;
  if (const json::value* inner = error.if_contains("error"); inner && inner->is_object()) {
    code = inner->get_object().if_contains("code");
  }
  const bool is_worker = code != nullptr && *code == "worker_failed";
  const bool is_key = code != nullptr && *code == "invalid_api_key";  // it was revoked meanwhile
  return {.end = {store::JobStatus::kFailed, is_key ? 401 : 502, json::serialize(error)},
          .may_go_on = is_worker,
          .wait_ms = kWaitMsDefault,
          .has_begun = true};
}

}  // namespace

struct JobRun::State {
  State(const store::Job& job, std::function<void()> tell)
      : n_attempts(job.n_attempts), on_end(std::move(tell)), answer(job.target) {}

  void Add(solve::ChatNews& news) LEMMA_REQUIRES(mutex);
  void AddEvent(const net::SseParser::Event& event) LEMMA_REQUIRES(mutex);
  void AddLine(std::string_view event, const json::value& data) LEMMA_REQUIRES(mutex);

  const int64_t n_attempts;
  const std::function<void()> on_end;
  Mutex mutex;
  JobAnswer answer LEMMA_GUARDED_BY(mutex);
  store::JobNews news LEMMA_GUARDED_BY(mutex);
  size_t n_bytes LEMMA_GUARDED_BY(mutex) = 0;  // of all lines
  bool is_full LEMMA_GUARDED_BY(mutex) = false;
  std::optional<RunOutcome> outcome LEMMA_GUARDED_BY(mutex);
};

void JobRun::State::Add(solve::ChatNews& from) {
  if (from.head && from.has_ended) {
    outcome = OutcomeOf(*from.head);
    return;
  }
  if (from.head) AddLine("job", json::object{{"type", "attempt"}, {"attempt", n_attempts}});
  for (const auto& event : from.events) {
    AddEvent(event);
    if (outcome) return;
  }
  if (!from.has_ended) return;
  const Result<std::string> body = answer.Body();
  outcome =
      body.ok() ? RunOutcome{.end = {store::JobStatus::kDone, 200, *body}} : Failed(body.status());
}

void JobRun::State::AddEvent(const net::SseParser::Event& event) {
  Result<json::object> message = ParseJsonObject(event.data, "an event");
  if (!message.ok()) return;  // [DONE]
  if (event.event == "error") {
    outcome = Failed(*message);
    return;
  }
  // A run's result is the job's, which its last event holds.
  const json::value* type = message->if_contains("type");
  if (type == nullptr || *type != "result") AddLine(event.event, *message);
  answer.Add(std::move(*message));
}

void JobRun::State::AddLine(std::string_view event, const json::value& data) {
  if (is_full) return;
  std::string line = std::string(event) + " " + json::serialize(data) + "\n";
  if (n_bytes + line.size() > kEventBytesMax) {
    is_full = true;
    line = "job {\"type\":\"truncated\"}\n";
  }
  n_bytes += line.size();
  news.lines += line;
  ++news.n_lines;
}

JobRun::JobRun(const store::Job& job, std::function<void()> on_end)
    : state_(std::make_shared<State>(job, std::move(on_end))),
      chat_(std::make_shared<solve::AskedChat>(
          0, RequestOf(job),
          [state = state_](solve::ChatNews news) { Hear(*state, std::move(news)); })) {}

JobRun::~JobRun() { Leave(); }

void JobRun::Start(const net::HttpHandler& front_door) { front_door(chat_); }

void JobRun::Leave() { chat_->Leave(); }

void JobRun::Hear(State& state, solve::ChatNews news) {
  {
    const MutexLock lock(state.mutex);
    if (state.outcome) return;
    state.Add(news);
    if (!state.outcome) return;
  }
  state.on_end();
}

std::optional<RunOutcome> JobRun::Take(store::JobNews& news) {
  const MutexLock lock(state_->mutex);
  news.lines += std::exchange(state_->news.lines, "");
  news.n_lines += std::exchange(state_->news.n_lines, 0);
  news.progress = state_->answer.Progress();
  return state_->outcome;
}

}  // namespace lemma::jobs
