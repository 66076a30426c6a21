#include "service/jobs/job_runner.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/error_body.h"
#include "common/base/log.h"
#include "common/base/random_id.h"
#include "service/jobs/job_reply.h"

namespace lemma::jobs {
namespace {

// How often what runs is saved, and what waits looked for: what a follower of events waits at most.
constexpr std::chrono::milliseconds kInterval{200};

constexpr size_t kWaitingErrorBytesMax = 64 << 10;

store::JobEnd Failure(const Status& status) {
  return {store::JobStatus::kFailed, HttpStatusOf(status), ErrorBody(status)};
}

// For those who follow: why an attempt came to nothing, and when the next one may begin.
store::JobNews Waiting(const RunOutcome& outcome) {
  boost::json::object event = {
      {"type", "waiting"}, {"wait_ms", outcome.wait_ms}, {"http_status", outcome.end.http_status}};
  if (outcome.end.result.size() <= kWaitingErrorBytesMax) {
    event["error"] = ErrorOf(outcome.end.result);
  }
  return {.progress = "", .lines = "job " + boost::json::serialize(event) + "\n", .n_lines = 1};
}

}  // namespace

struct JobRunner::Running {
  store::Job job;
  std::string name;  // of the run
  std::unique_ptr<JobRun> run;
  store::JobNews news;  // not saved yet
  std::optional<RunOutcome> outcome;
  bool is_cancelled = false;
  TimePoint saved_at = std::chrono::steady_clock::now();
};

JobRunner::JobRunner(store::JobStore& store, net::HttpHandler front_door,
                     std::function<bool()> can_run, const RunnerOptions& options)
    : store_(store),
      front_door_(std::move(front_door)),
      can_run_(std::move(can_run)),
      options_(options),
      task_(kInterval, [this] { Round(); }) {}

JobRunner::~JobRunner() { Stop(); }

void JobRunner::RunSoon() { task_.RunSoon(); }

void JobRunner::Drain() { is_draining_ = true; }

void JobRunner::Stop() {
  is_draining_ = true;
  task_.Stop();
  for (const auto& running : running_) {
    if (SettleAnswer(*running)) continue;
    running->run->Leave();
    Note(store_.GiveBack(running->job.id, running->name, {}, 0, /*counts=*/false).status());
  }
  running_.clear();
}

void JobRunner::Round() {
  LeaveCancelled();
  std::erase_if(running_, [this](const auto& running) { return Attend(*running); });
  while (!is_draining_ && static_cast<int>(running_.size()) < options_.running_max && can_run_() &&
         Begin()) {
  }
}

void JobRunner::LeaveCancelled() {
  if (running_.empty()) return;
  const auto ids = store_.CancelAsked();
  Note(ids.status());
  if (!ids.ok()) return;
  for (const auto& running : running_) {
    if (std::find(ids->begin(), ids->end(), running->job.id) == ids->end()) continue;
    running->is_cancelled = true;
    running->run->Leave();
  }
}

bool JobRunner::Attend(Running& running) {
  if (!running.outcome) running.outcome = running.run->Take(running.news);
  const auto now = std::chrono::steady_clock::now();
  const bool is_over = running.outcome || running.is_cancelled;
  const bool needs_lease =
      now - running.saved_at > std::chrono::milliseconds(options_.lease_ms / 3);
  if (!is_over && running.news.n_lines == 0 && !needs_lease) return false;
  const Result<bool> saved =
      is_over ? Settle(running)
              : store_.Save(running.job.id, running.name, running.news, options_.lease_ms);
  Note(saved.status());
  if (!saved.ok()) return false;  // the next round tries again
  if (!*saved) {                  // another has it: this process was away for longer than its lease
    running.run->Leave();
    return true;
  }
  running.news = {};
  running.saved_at = now;
  return is_over;
}

// Whether an answer was there that no round has seen. What failed is not told: it may be that the
// server was stopping.
bool JobRunner::SettleAnswer(Running& running) {
  if (!running.outcome) running.outcome = running.run->Take(running.news);
  if (!running.outcome || running.outcome->end.status != store::JobStatus::kDone) return false;
  const Result<bool> saved = Settle(running);
  Note(saved.status());
  return saved.ok();
}

Result<bool> JobRunner::Settle(Running& running) {
  const std::string& id = running.job.id;
  if (running.is_cancelled) {
    return store_.End(id, running.name, running.news, {store::JobStatus::kCancelled, 0, ""});
  }
  const RunOutcome& outcome = *running.outcome;
  const bool is_young = store_.NowMs() - running.job.created_ms < options_.wait_ms_max;
  const bool has_attempts = running.job.n_attempts < options_.attempts_max || !outcome.has_begun;
  if (outcome.may_go_on && is_young && has_attempts) {
    return store_.GiveBack(id, running.name, Waiting(outcome), outcome.wait_ms,
                           /*counts=*/outcome.has_begun);
  }
  return store_.End(id, running.name, running.news, outcome.end);
}

bool JobRunner::Begin() {
  auto running = std::make_unique<Running>();
  running->name = RandomHex();
  auto job = store_.Claim(running->name, options_.lease_ms);
  Note(job.status());
  if (!job.ok() || !*job) return false;
  running->job = std::move(**job);
  running->is_cancelled = running->job.is_cancel_asked;
  running->run = std::make_unique<JobRun>(running->job, [this] { task_.RunSoon(); });
  if (running->job.n_attempts > options_.attempts_max) {
    running->outcome = RunOutcome{
        .end = Failure(Internal("the server ended " + std::to_string(options_.attempts_max) +
                                " times while this job ran; it is not run again"))};
  }
  if (!running->is_cancelled && !running->outcome) running->run->Start(front_door_);
  running_.push_back(std::move(running));
  return true;
}

void JobRunner::Note(const Status& status) {
  if (!status.ok() && was_ok_) LogWarning("jobs: nothing can be saved: {}", status.message());
  was_ok_ = status.ok();
}

}  // namespace lemma::jobs
