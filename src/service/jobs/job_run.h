// One attempt at a job: its request asked of the server's own front door, and what has come of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/jobs/job_answer.h"
#include "service/solve/asked_chat.h"
#include "service/store/job_store.h"

namespace lemma::jobs {

// Of the events of one attempt that are stored. Beyond, an event says so, and the answer is kept
// alone.
inline constexpr size_t kEventBytesMax = 4 << 20;

struct RunOutcome {
  store::JobEnd end;
  // The server could not: it may later, after so long.
  bool may_go_on = false;
  int64_t wait_ms = 0;
  bool has_begun = false;  // it failed in the middle, which counts as an attempt
};

// Thread-safe. News come on the threads that answer.
class JobRun {
 public:
  // `on_end` must not block. It is not called after Leave.
  JobRun(const store::Job& job, std::function<void()> on_end);
  ~JobRun();  // Leave()

  void Start(const net::HttpHandler& front_door);
  // Nobody wants the answer any more: what computes it ends.
  void Leave();

  // Adds what has come since the last call; the outcome once it is there.
  std::optional<RunOutcome> Take(store::JobNews& news);

 private:
  struct State;
  static void Hear(State& state, solve::ChatNews news);

  const std::shared_ptr<State> state_;
  std::shared_ptr<solve::AskedChat> chat_;
};

}  // namespace lemma::jobs
