#include "service/evaluations/evaluation_runner.h"

#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "common/base/log.h"
#include "common/base/random_id.h"

namespace lemma::evaluations {
namespace {

// How often what waits is looked for, and what runs saved: what a follower waits at most.
constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

struct EvaluationRunner::Running {
  std::string id;
  std::string name;  // of the run
  int64_t n_attempts = 0;
  bool is_cancelled = false;
  std::unique_ptr<EvaluationRun> run;
};

EvaluationRunner::EvaluationRunner(RunParts parts, const RunnerOptions& options)
    : parts_(std::move(parts)), options_(options), task_(kInterval, [this] { Round(); }) {}

EvaluationRunner::~EvaluationRunner() { Stop(); }

void EvaluationRunner::Stop() {
  task_.Stop();
  if (!running_) return;
  running_->run.reset();
  Note(parts_.store->GiveBack(running_->id, running_->name, /*counts=*/false).status());
  running_.reset();
}

void EvaluationRunner::Round() {
  if (running_ && Attend(*running_)) running_.reset();
  if (!running_) Begin();
}

void EvaluationRunner::Begin() {
  const auto next = parts_.store->Next();
  Note(next.status());
  // A profile that was just saved is here in a moment; without a replica nobody can answer.
  if (!next.ok() || !*next || !parts_.model_of(ProfileOf(**next)).ok()) return;
  auto running = std::make_unique<Running>();
  running->id = (*next)->id;
  running->name = RandomHex();
  running->n_attempts = (*next)->n_attempts + 1;
  const auto claimed = parts_.store->Claim(running->id, running->name, options_.lease_ms);
  Note(claimed.status());
  if (!claimed.ok() || !*claimed) return;
  if (running->n_attempts > options_.attempts_max) {
    const std::string error = "the server ended " + std::to_string(options_.attempts_max) +
                              " times while this ran; it is not run again";
    return Note(parts_.store
                    ->End(running->id, running->name, (*next)->progress,
                          {store::JobStatus::kFailed, error, ""})
                    .status());
  }
  LogInfo("evaluations: {} begins: {}", running->id, ProfileOf(**next));
  try {
    running->run = std::make_unique<EvaluationRun>(parts_, std::move(**next), running->name,
                                                   [this] { task_.RunSoon(); });
  } catch (const std::system_error& error) {  // no thread is to be had now
    LogWarning("evaluations: {} waits: {}", running->id, error.what());
    return Note(parts_.store->GiveBack(running->id, running->name, /*counts=*/false).status());
  }
  running_ = std::move(running);
}

bool EvaluationRunner::Attend(Running& running) {
  if (const auto outcome = running.run->outcome()) {
    const Result<bool> settled = Settle(running, *outcome);
    Note(settled.status());
    return settled.ok();  // else the next round tries again
  }
  const auto hold =
      parts_.store->Renew(running.id, running.name, running.run->progress(), options_.lease_ms);
  Note(hold.status());
  if (!hold.ok()) return false;
  if (!hold->is_ours) return true;  // this process was away for longer than its lease
  running.is_cancelled = hold->is_cancel_asked;
  if (running.is_cancelled) running.run->Stop();
  return false;
}

Result<bool> EvaluationRunner::Settle(Running& running, const Result<std::string>& outcome) {
  store::EvaluationEnd end;
  if (outcome.ok()) {
    end.report = *outcome;
  } else if (running.is_cancelled) {
    end.status = store::JobStatus::kCancelled;
  } else {
    // What the database could not do now it may later.
    const bool may_pass = outcome.status().code() == StatusCode::kUnavailable;
    if (may_pass && running.n_attempts < options_.attempts_max) {
      return parts_.store->GiveBack(running.id, running.name, /*counts=*/true);
    }
    end.status = store::JobStatus::kFailed;
    end.error = outcome.status().message();
  }
  LogInfo("evaluations: {} is {}{}{}", running.id, store::JobStatusName(end.status),
          end.error.empty() ? "" : ": ", end.error);
  return parts_.store->End(running.id, running.name, running.run->progress(), end);
}

void EvaluationRunner::Note(const Status& status) {
  if (!status.ok() && was_ok_) {
    LogWarning("evaluations: the database does not answer: {}", status.message());
  }
  was_ok_ = status.ok();
}

}  // namespace lemma::evaluations
