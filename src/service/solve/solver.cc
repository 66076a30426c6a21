#include "service/solve/solver.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <utility>

#include "common/base/error_body.h"
#include "common/net/retry_after.h"

namespace lemma::solve {
namespace {

void SendError(net::HttpExchange& exchange, const Status& status) {
  net::HttpResponse response = net::HttpResponse::Json(HttpStatusOf(status), ErrorBody(status));
  if (response.status == 503 || response.status == 429) {
    net::AddRetryAfter(response, std::chrono::seconds(2));
  }
  exchange.Send(std::move(response));
}

}  // namespace

// The thread alone owns the run, so that what it holds goes with its end.
struct Solver::Running {
  Running(std::shared_ptr<SolveRun> of, std::string of_key)
      : key_id(std::move(of_key)), run(of), thread([this, of = std::move(of)]() mutable {
          of->Run();
          of.reset();
          has_ended = true;
        }) {}
  ~Running() { thread.join(); }

  const std::string key_id;
  const std::weak_ptr<SolveRun> run;
  std::atomic<bool> has_ended{false};
  std::thread thread;  // last: it uses the others
};

Solver::Solver(SolverOptions options) : options_(std::move(options)) {}

Solver::~Solver() { Stop(); }

void Solver::Solve(std::shared_ptr<net::HttpExchange> exchange, const std::string& request_id,
                   const SolveCaller& caller) {
  Result<SolveRequest> request = ParseSolveRequest(exchange->request().body);
  if (!request.ok()) return SendError(*exchange, request.status());
  if (request->tests && options_.judge == nullptr) {
    return SendError(*exchange, InvalidArgument(options_.no_judge, "tests"));
  }
  if (caller.deadline_ms > 0) {
    const std::chrono::milliseconds of_key(caller.deadline_ms);
    request->deadline = std::min(request->deadline.value_or(of_key), of_key);
  }
  const Result<reason::SamplingPlan> plan = reason::SamplingPlan::Make(request->plan);
  if (!plan.ok()) return SendError(*exchange, plan.status());
  MutexLock lock(mutex_);
  Reap();
  if (const Status room = CheckRoom(caller.key_id); !room.ok()) return SendError(*exchange, room);
  auto run =
      std::make_shared<SolveRun>(options_.front_door, options_.profiles, options_.judge, exchange,
                                 request_id, std::move(*request), *plan, options_.limits);
  exchange->OnClosed([weak = std::weak_ptr(run)] {
    if (const auto left = weak.lock()) left->Close();
  });
  try {
    running_.push_back(std::make_unique<Running>(std::move(run), caller.key_id));
  } catch (const std::system_error&) {  // the machine's or the container's limit of threads
    SendError(*exchange, Unavailable("no thread is to be had for it"));
  }
}

Status Solver::CheckRoom(const std::string& key_id) const {
  if (has_stopped_ || static_cast<int>(running_.size()) >= options_.runs_max) {
    return Unavailable("too many problems are being solved");
  }
  if (key_id.empty()) return Ok();
  const auto n_of_key = std::ranges::count_if(
      running_, [&](const auto& running) { return running->key_id == key_id; });
  // So that one key's slow runs do not keep everybody else out.
  if (n_of_key < std::max(options_.runs_max * 3 / 4, 1)) return Ok();
  return Status(StatusCode::kRateLimited,
                "this API key has as many problems being solved as it may");
}

void Solver::Reap() {
  std::erase_if(running_, [](const auto& running) { return running->has_ended.load(); });
}

void Solver::Stop() {
  std::list<std::unique_ptr<Running>> ending;
  {
    MutexLock lock(mutex_);
    has_stopped_ = true;
    ending.swap(running_);
  }
  for (const auto& running : ending) {
    if (const auto run = running->run.lock()) run->Close();
  }
}

}  // namespace lemma::solve
