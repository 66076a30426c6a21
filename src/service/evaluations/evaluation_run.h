// One evaluation that runs: its problems asked of the server's own front door, its report.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/base/status.h"
#include "common/net/http_server.h"
#include "service/reason/judge/judge.h"
#include "service/store/evaluation_store.h"
#include "service/store/problem_set_store.h"

namespace lemma::evaluations {

// Of the two, which low-priority requests wait behind those of users; of each a thread.
inline constexpr int kParallel = 2;

// What runs work with; all of it outlives them.
struct RunParts {
  store::EvaluationStore* store = nullptr;
  store::ProblemSetStore* sets = nullptr;
  net::HttpHandler front_door;  // answers as the server answers clients
  // The model that requests with this profile ("math@3") are for, as they name none. kUnavailable:
  // no replica is there; kNotFound: nobody here knows the profile (yet). Thread-safe and quick.
  std::function<Result<std::string>(const std::string& profile)> model_of;
  const reason::Judge* judge = nullptr;  // nullptr: sets with programs are refused, for this reason
  std::string no_judge = "this server runs no programs";
};

// "math@3".
std::string ProfileOf(const store::Evaluation& evaluation);

// Thread-safe. It has a thread of its own, and kParallel that ask.
class EvaluationRun {
 public:
  // `run`: the name under which it was claimed. It begins at once; `on_end` must not block.
  EvaluationRun(const RunParts& parts, store::Evaluation evaluation, std::string run,
                std::function<void()> on_end);
  ~EvaluationRun();  // Stop(), and waits for what is under way

  void Stop();  // it ends with kCancelled, soon
  store::EvaluationProgress progress() const;
  // The report as JSON, or why there is none; nullopt: it runs.
  std::optional<Result<std::string>> outcome() const;

 private:
  Result<std::string> Run(const std::stop_token& stop);

  const RunParts& parts_;
  const store::Evaluation evaluation_;
  const std::string run_;
  mutable std::mutex mutex_;
  store::EvaluationProgress progress_;
  std::optional<Result<std::string>> outcome_;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace lemma::evaluations
