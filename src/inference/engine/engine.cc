#include "inference/engine/engine.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "common/base/log.h"
#include "common/base/thread_annotations.h"
#include "inference/engine/kv_pages.h"
#include "inference/engine/loop_guard.h"
#include "inference/engine/prompt_scores.h"
#include "inference/engine/request_check.h"
#include "inference/engine/request_queue.h"
#include "inference/engine/scheduler.h"
#include "inference/engine/sequence.h"
#include "inference/engine/speculation.h"
#include "inference/engine/token_chooser.h"

namespace lemma::engine {
namespace {

// How often the heartbeat ticks while there is nothing to do.
constexpr Duration kIdleTick = std::chrono::milliseconds(500);
// A step of more rows is bound by arithmetic everywhere: nothing is guessed to fill it.
constexpr int32_t kSpeculatedRowsMax = 32;

Status ShutdownStatus() { return Unavailable("the server is shutting down"); }

StepLimits MakeStepLimits(const EngineOptions& options, const model::Backend& backend) {
  StepLimits limits;
  limits.rows_max = backend.batch_rows_max();
  limits.logit_rows_max = backend.logit_rows_max();
  limits.prefill_tokens_max = std::max(options.prefill_chunk_tokens, 1);
  // A row and its logits for each, so that all that decode do so in every step.
  limits.sequences_max =
      std::min({options.sequences_max, backend.batch_rows_max(), backend.logit_rows_max()});
  LEMMA_CHECK(limits.sequences_max > 0, "an engine runs at least one sequence");
  return limits;
}

}  // namespace

// The members after `queue` and `published` belong to the engine's thread.
struct Engine::Impl {
  Impl(std::unique_ptr<model::Backend> the_backend, const EngineOptions& options,
       const Clock& the_clock);
  ~Impl();

  void Loop();
  void Step();
  void EndWaiting();
  void EndRunning();
  void Admit();
  void Advance(const StepPlan::Entry& entry);
  void Fork(Request& request);
  void SampleDraft(const StepPlan::Entry& entry);
  std::span<const float> Logits(int32_t row, int32_t n_rows = 1) const;
  bool SampleNext(Request& request, Sequence& sequence, std::span<const float> row_logits);
  bool BreakLoop(Request& request, Sequence& sequence);
  void FinishSample(Request& request, Sequence& sequence, FinishReason reason,
                    std::optional<TokenId> stop_id);
  void EndRequest(Request& request, FinishReason reason, const Status& status);
  void EndNeverRun(Request& request, FinishReason reason, const Status& status);
  void Complete(const Request& request);
  void Publish() LEMMA_EXCLUDES(published_mutex);

  const std::unique_ptr<model::Backend> backend;
  const Clock& clock;
  const StepLimits step_limits;
  const RequestLimits request_limits;
  RequestQueue queue;

  mutable Mutex published_mutex;
  EngineStats published LEMMA_GUARDED_BY(published_mutex);

  KvPages pages;
  Speculation speculation;
  const bool uses_speculation;
  TokenChooser chooser;
  LoopGuard loop_guard;
  StepPlan plan;
  // [logit_rows_max, vocab_size]; not set to zero, which takes 20 ms for Qwen2's vocabulary.
  std::unique_ptr<float[]> logits;
  RequestList running;      // in order of admission
  RequestList ended;        // scratch of EndWaiting
  int32_t n_sequences = 0;  // live samples of `running`
  EngineStats counts;       // what Publish copies

  std::thread thread;  // the last member: it uses all others
};

Engine::Impl::Impl(std::unique_ptr<model::Backend> the_backend, const EngineOptions& options,
                   const Clock& the_clock)
    : backend(std::move(the_backend)),
      clock(the_clock),
      step_limits(MakeStepLimits(options, *backend)),
      request_limits(LimitsOf(*backend, step_limits.sequences_max)),
      queue(options.queued_requests_max, options.queued_tokens_max),
      pages(backend->n_pages(), options.prefix_cache),
      speculation(std::min(backend->batch_rows_max(), kSpeculatedRowsMax)),
      uses_speculation(options.speculation),
      chooser(backend->config().vocab_size, backend->host_kernels()),
      plan(step_limits),
      logits(std::make_unique_for_overwrite<float[]>(
          static_cast<size_t>(step_limits.logit_rows_max) *
          static_cast<size_t>(backend->config().vocab_size))) {
  running.reserve(static_cast<size_t>(step_limits.sequences_max));
  ended.reserve(static_cast<size_t>(options.queued_requests_max));
  Publish();
  thread = std::thread([this] { Loop(); });
}

Engine::Impl::~Impl() {
  queue.Stop();
  thread.join();
}

void Engine::Impl::Loop() {
  pthread_setname_np(pthread_self(), "engine");  // so that it is told from others from outside
  while (!queue.stopped()) {
    ++counts.n_steps;
    EndWaiting();
    EndRunning();
    Admit();
    if (running.empty()) {
      Publish();
      queue.WaitForWork(kIdleTick);
    } else {
      Step();
    }
  }
  for (const auto& request : running) {
    EndRequest(*request, FinishReason::kCancelled, ShutdownStatus());
  }
  while (queue.Front() != nullptr) {
    const std::unique_ptr<Request> request = queue.Pop();
    EndNeverRun(*request, FinishReason::kCancelled, ShutdownStatus());
  }
}

// Allocates nothing. Sinks may; and Admit does, which makes a request's samples and the index of
// its guesses: they are as large as the request says.
void Engine::Impl::Step() {
  if (uses_speculation) speculation.Draft(running, DraftRoom(running, step_limits));
  PlanStep(running, step_limits, plan);
  counts.step_sizes.Add(plan.n_rows());
  const std::span<float> wanted(
      logits.get(), plan.n_logit_rows() * static_cast<size_t>(request_limits.vocab_size));
  const TimePoint begin = clock.Now();
  const Status status = backend->Forward(plan.batch(), wanted);
  if (plan.prefilling.empty()) speculation.ObserveStep(plan.n_rows(), clock.Now() - begin);
  if (status.ok()) {
    for (const StepPlan::Entry& entry : plan.entries()) Advance(entry);
  } else {
    LogError("engine: a forward pass failed: {}", status.ToString());
    for (const StepPlan::Entry& entry : plan.entries()) {
      EndRequest(*entry.request, FinishReason::kError, status);
    }
  }
  std::erase_if(running, [](const auto& request) { return request->n_live == 0; });
  Publish();
}

void Engine::Impl::EndWaiting() {
  const TimePoint now = clock.Now();
  queue.TakeEnded(now, ended);
  for (const auto& request : ended) {
    const EarlyEnd end = *EarlyEndOf(*request, now);
    EndNeverRun(*request, end.reason, end.status);
  }
  ended.clear();
}

void Engine::Impl::EndRunning() {
  const TimePoint now = clock.Now();
  for (const auto& request : running) {
    const bool is_prefilling = request->samples.front().phase == Phase::kPrefill;
    const std::optional<EarlyEnd> end = EarlyEndOf(*request, now);
    if (end && (is_prefilling || end->reason == FinishReason::kCancelled)) {
      EndRequest(*request, end->reason, end->status);
    } else if (request->expired(now)) {
      // What was said stands, but for who has not answered yet.
      for (Sequence& sequence : request->samples) {
        if (sequence.phase == Phase::kDone || request->tokens_owed(sequence) > 0) continue;
        FinishSample(*request, sequence, FinishReason::kDeadline, std::nullopt);
      }
    }
  }
  std::erase_if(running, [](const auto& request) { return request->n_live == 0; });
}

// Strictly first come, first served: nobody overtakes a request that waits for pages, so each one's
// turn comes.
void Engine::Impl::Admit() {
  while (Request* request = queue.Front()) {
    if (n_sequences + request->spec.n > step_limits.sequences_max || !pages.Admit(*request)) return;
    const Sequence& first = request->samples.front();
    if (uses_speculation) {
      request->drafter.emplace(request->spec.prompt, request->spec.n, request->spec.max_tokens);
    }
    n_sequences += request->spec.n;
    counts.prompt_tokens_cached += first.n_computed;
    request->spec.sink->OnBegin(first.n_computed);
    running.push_back(queue.Pop());
  }
}

void Engine::Impl::Advance(const StepPlan::Entry& entry) {
  Request& request = *entry.request;
  Sequence& sequence = *entry.sequence;
  if (sequence.phase == Phase::kDone) return;  // a sibling's failure ended the request
  if (sequence.phase == Phase::kDecode) {
    SampleDraft(entry);
    return;
  }
  if (request.spec.prompt_logprobs) {
    const Status told =
        TellPromptScores(request, entry.n_tokens, Logits(entry.logit_row, entry.n_tokens), chooser);
    if (!told.ok()) return EndRequest(request, FinishReason::kError, told);
  }
  sequence.n_computed += entry.n_tokens;
  counts.prompt_tokens += entry.n_tokens;
  if (sequence.n_computed < sequence.n_prompt) return;
  Fork(request);
  const int32_t last = entry.logit_row + (request.spec.prompt_logprobs ? entry.n_tokens - 1 : 0);
  for (Sequence& sibling : request.samples) SampleNext(request, sibling, Logits(last));
}

// The sequence's next token; and as long as the draft has said it already, the one after it, whose
// logits are there too. So it says what it would have said without a draft.
void Engine::Impl::SampleDraft(const StepPlan::Entry& entry) {
  Sequence& sequence = *entry.sequence;
  const auto n_draft = static_cast<int32_t>(sequence.draft.size());
  if (entry.request->spec.deadline) sequence.pace.Observe(clock.Now(), sequence.n_output());
  int32_t n_right = 0;
  for (;; ++n_right) {
    ++sequence.n_computed;
    if (!SampleNext(*entry.request, sequence, Logits(entry.logit_row + n_right))) break;
    if (n_right == n_draft) break;
    if (sequence.tokens.back() != sequence.draft[static_cast<size_t>(n_right)]) break;
  }
  counts.drafted_tokens += n_draft;
  counts.accepted_tokens += n_right;
  Speculation::ObserveDraft(*entry.request, sequence, n_right);
}

// The prompt is computed: gives the other samples their copy of its last, partly filled page.
void Engine::Impl::Fork(Request& request) {
  const Sequence& first = request.samples.front();
  const size_t last_page = static_cast<size_t>(first.n_prompt / model::kPageTokens);
  const bool partial = first.n_prompt % model::kPageTokens != 0;
  for (Sequence& sequence : request.samples) {
    if (partial && sequence.sample > 0) {
      backend->CopyPage(first.pages[last_page], sequence.pages[last_page]);
    }
    sequence.n_computed = first.n_prompt;
    sequence.phase = Phase::kDecode;
    const auto& thinking = request.spec.thinking;
    if (thinking && thinking->is_open) sequence.budget.Observe(RequestSink::Verdict::kThinking);
    if (request.spec.deadline) sequence.pace.Observe(clock.Now(), 0);
    pages.MakeKnown(request, sequence);
  }
}

std::span<const float> Engine::Impl::Logits(int32_t row, int32_t n_rows) const {
  const auto vocab_size = static_cast<size_t>(request_limits.vocab_size);
  return {logits.get() + static_cast<size_t>(row) * vocab_size,
          static_cast<size_t>(n_rows) * vocab_size};
}

// True where the sequence is one token longer and goes on.
bool Engine::Impl::SampleNext(Request& request, Sequence& sequence,
                              std::span<const float> row_logits) {
  if (sequence.phase == Phase::kDone) return false;  // a sibling's failure ended the request
  const GenerateRequest& spec = request.spec;
  const Result<ChosenToken> chosen = chooser.Choose(request, sequence, row_logits);
  if (!chosen.ok()) {
    EndRequest(request, FinishReason::kError, chosen.status());
    return false;
  }
  ++counts.generated_tokens;
  const TokenId token = chosen->sampled.token;
  const bool stops = !chosen->is_demanded && std::find(spec.stop_ids.begin(), spec.stop_ids.end(),
                                                       token) != spec.stop_ids.end();
  if (stops) {
    FinishSample(request, sequence, FinishReason::kStop, token);
    return false;
  }
  sequence.tokens.push_back(token);
  if (request.drafter) request.drafter->Append(sequence.sample, token);
  const RequestSink::Verdict verdict =
      spec.sink->OnToken({sequence.sample, token, chosen->sampled.logprob, chosen->sampled.entropy,
                          chosen->sampled.top_logprobs});
  if (spec.thinking) sequence.budget.Observe(verdict);
  if (verdict == RequestSink::Verdict::kStop) {
    FinishSample(request, sequence, FinishReason::kStop, std::nullopt);
  } else if (sequence.n_output() == spec.max_tokens) {
    FinishSample(request, sequence, FinishReason::kLength, std::nullopt);
  } else if (request.tokens_left(sequence) == 0) {
    FinishSample(request, sequence, FinishReason::kDeadline, std::nullopt);
  } else {
    return !spec.loop_guard || !BreakLoop(request, sequence);
  }
  return false;
}

// True where the sequence was rewound or has ended.
bool Engine::Impl::BreakLoop(Request& request, Sequence& sequence) {
  const LoopGuard::Action action = loop_guard.Watch(sequence);
  if (action == LoopGuard::Action::kStop) {
    FinishSample(request, sequence, FinishReason::kLoop, std::nullopt);
  }
  counts.loop_rewinds += action == LoopGuard::Action::kRewind;
  return action != LoopGuard::Action::kNone;
}

void Engine::Impl::FinishSample(Request& request, Sequence& sequence, FinishReason reason,
                                std::optional<TokenId> stop_id) {
  pages.Release(request, sequence);
  sequence.phase = Phase::kDone;
  --request.n_live;
  --n_sequences;
  ++counts.requests_finished[static_cast<size_t>(reason)];
  ++counts.thinking_closed[static_cast<size_t>(sequence.budget.closed())];
  request.spec.sink->OnSampleDone(sequence.sample, {.reason = reason,
                                                    .stop_id = stop_id,
                                                    .thinking_closed = sequence.budget.closed(),
                                                    .loops = sequence.loops});
  if (request.n_live == 0) Complete(request);
}

void Engine::Impl::EndRequest(Request& request, FinishReason reason, const Status& status) {
  request.status = status;
  for (Sequence& sequence : request.samples) {
    if (sequence.phase != Phase::kDone) FinishSample(request, sequence, reason, std::nullopt);
  }
}

void Engine::Impl::EndNeverRun(Request& request, FinishReason reason, const Status& status) {
  request.status = status;
  counts.requests_finished[static_cast<size_t>(reason)] += request.spec.n;
  SampleEnd end;
  end.reason = reason;
  for (int32_t i = 0; status.ok() && i < request.spec.n; ++i) {
    request.spec.sink->OnSampleDone(i, end);
  }
  Complete(request);
}

void Engine::Impl::Complete(const Request& request) {
  queue.Forget(request.id);
  Publish();  // before OnDone, so that whoever waits for it sees the pages free
  request.spec.sink->OnDone(request.status);
}

void Engine::Impl::Publish() {
  counts.n_running = n_sequences;
  counts.n_pages = pages.n_pages();
  counts.n_pages_free = pages.n_available();
  MutexLock lock(published_mutex);
  published = counts;
}

Engine::Engine(std::unique_ptr<model::Backend> backend, const EngineOptions& options,
               const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(backend), options, clock)) {}

Engine::~Engine() = default;

Result<RequestId> Engine::Submit(GenerateRequest request) {
  LEMMA_CHECK(request.sink != nullptr, "a request needs a sink");
  LEMMA_RETURN_IF_ERROR(CheckRequest(request, impl_->request_limits));
  return impl_->queue.Push(std::make_unique<Request>(std::move(request)));
}

void Engine::Cancel(RequestId id) { impl_->queue.Cancel(id); }

void Engine::Drain() { impl_->queue.Close(); }

EngineStats Engine::stats() const {
  const int64_t n_waiting = impl_->queue.n_waiting();
  MutexLock lock(impl_->published_mutex);
  EngineStats stats = impl_->published;
  stats.n_waiting = n_waiting;
  stats.n_beats = stats.n_steps + impl_->backend->n_beats();
  return stats;
}

const model::ModelConfig& Engine::config() const { return impl_->backend->config(); }

const model::BackendInfo& Engine::backend_info() const { return impl_->backend->info(); }

int32_t Engine::tokens_max() const { return impl_->request_limits.tokens_max; }

int64_t Engine::output_tokens_max(int64_t n_prompt, int32_t n) const {
  return OutputTokensMax(impl_->request_limits, n_prompt, n);
}

}  // namespace lemma::engine
