// The engine: token ids in, token ids out. Continuous batching with chunked prefill over paged KV.
// It knows no text and no JSON; its tests run a fake backend.
//
// Threads: one thread, the engine's own, owns all state. Submit and Cancel may be called from any
// thread; they talk to it through a bounded queue. Sinks are called on the engine's thread.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "inference/model/backend.h"

namespace lemma::engine {

using model::TokenId;

struct SamplingParams {
  float temperature = 1.0f;         // 0: greedy, ties to the lowest id
  float top_p = 1.0f;               // (0, 1]
  int32_t top_k = 0;                // 0: off
  float min_p = 0.0f;               // [0, 1]
  float repetition_penalty = 1.0f;  // > 0; over prompt and output, as Hugging Face defines it
  float presence_penalty = 0.0f;    // over the output
  float frequency_penalty = 0.0f;   // over the output
  std::vector<std::pair<TokenId, float>> logit_bias;  // added to the logits
  uint64_t seed = 0;
  int32_t n_logprobs = -1;  // -1: none; k >= 0: the token's own and the k best
};

// How a sample that thinks is made to answer (answer_budget.h). What is thinking the sink knows.
struct ThinkingRules {
  std::vector<TokenId> close;   // ends it, and opens the answer; at least one token
  int32_t n_close_tag = 1;      // so many of them are enough
  std::vector<TokenId> bridge;  // said before `close` where the thinking is cut off
  // Of a sample's tokens, those up to and with `close`.
  int32_t tokens_max = std::numeric_limits<int32_t>::max();
  int32_t answer_tokens = 0;  // of max_tokens, kept for the answer; a quarter of them at most
  bool is_open = false;       // the prompt ends inside the thinking
  // Set by any thread at any time: the thinking, where it is open, ends now. May be null.
  std::shared_ptr<const std::atomic<bool>> end_now;
};

enum class FinishReason {
  kStop,      // an EOS or stop id, or somebody asked to stop
  kLength,    // max_tokens or the context is used up
  kDeadline,  // what was said before it stands
  kCancelled,
  kError,
  kLoop,  // the text went round in circles, and nothing else helped (loop_guard.h)
};

// What closed a sample's thinking.
enum class ThinkingClosed {
  kNever,  // there was none, or it was open to the end
  kModel,
  kSoftly,  // near its budget's end, when the model thought of it
  kBudget,  // by force
  kAsked,   // ThinkingRules::end_now
  kLoop,
};

// What the loop guard did about a sample.
struct LoopReport {
  int32_t n_rewinds = 0;
  int32_t period = 0;    // of the last loop, in tokens; 0: a near one, or none
  int32_t n_copies = 0;  // of it, that were seen
};

struct SampleEnd {
  FinishReason reason = FinishReason::kStop;
  std::optional<TokenId> stop_id;  // the EOS or stop id that ended it; not given to OnToken
  ThinkingClosed thinking_closed = ThinkingClosed::kNever;
  LoopReport loops;
};

struct TokenLogprob {
  TokenId token;
  float logprob;
};

// One generated token of one sample.
struct TokenEvent {
  int32_t sample = 0;  // 0 .. n - 1
  TokenId token = 0;
  float logprob = 0;  // where n_logprobs >= 0
  // Of the distribution that the model gave at this place, in nats; where n_logprobs >= 0.
  float entropy = 0;
  std::span<const TokenLogprob> top_logprobs;  // descending; valid during the call
};

// Receives what a request produces. Called on the engine's thread: must not block.
class RequestSink {
 public:
  virtual ~RequestSink() = default;
  // It goes on, and after this token, if it were the last: kThinking, its thinking is open; kBlank,
  // there is no answer yet that shows anything.
  enum class Verdict { kContinue, kBlank, kThinking, kStop };
  // The request begins to run; so many tokens of its prompt are computed already.
  virtual void OnBegin(int32_t n_cached_tokens) { (void)n_cached_tokens; }
  // Where prompt_logprobs is set: of each token of the prompt but the first, in their order, before
  // all that is generated.
  virtual void OnPromptToken(const TokenLogprob& token) { (void)token; }
  // kStop ends this sample with FinishReason::kStop at this token (a stop string matched).
  virtual Verdict OnToken(const TokenEvent& event) = 0;
  // What OnToken would return, were this the sample's next token. Asked of samples with
  // ThinkingRules towards their end.
  virtual Verdict Foresee(int32_t sample, TokenId token) const {
    (void)sample, (void)token;
    return Verdict::kContinue;
  }
  virtual void OnSampleDone(int32_t sample, const SampleEnd& end) = 0;
  // After all samples: the last call, and the only one where the request never ran, unless it was
  // stopped (GenerateRequest::stopped), when its samples are done as any others. `status` says
  // why there is no answer: kDeadlineExceeded (before the first token), kCancelled, kUnavailable
  // (shutdown), or the failure of the model; ok where every sample ended in another way.
  virtual void OnDone(const Status& status) = 0;
};

struct GenerateRequest {
  std::vector<TokenId> prompt;  // at least one token
  SamplingParams sampling;
  int32_t n = 1;                  // samples that share the prompt's pages; sample i draws from
                                  // the random stream of (seed, i)
  int32_t max_tokens = 512;       // per sample, without the prompt
  bool prompt_logprobs = false;   // how likely the prompt is; all of it is computed then
  std::vector<TokenId> stop_ids;  // EOS ids included by the caller
  uint64_t tenant = 0;            // computed prompts are shared only within one (prefix_cache.h)
  // When it is over a sample ends with what it has said, a step earlier where that would end too
  // late. It is worth tokens at the sample's own speed: so many bound the thinking as max_tokens
  // do.
  std::optional<TimePoint> deadline;
  std::optional<ThinkingRules> thinking;  // absent: nothing is forced
  bool loop_guard = false;
  // A bit for each sample that shall end, set by any thread at any time; may be null. Where all are
  // set before the first token, the request ends within a step with samples that say nothing; from
  // then on the sink is to see to it, which knows what was said.
  std::shared_ptr<const std::atomic<uint64_t>> stopped;
  std::shared_ptr<RequestSink> sink;
};

struct EngineOptions {
  int32_t sequences_max = 32;           // running at once
  int32_t queued_requests_max = 128;    // waiting; more are refused with kUnavailable
  int64_t queued_tokens_max = 1 << 20;  // prompt + max_tokens of all that wait
  int32_t prefill_chunk_tokens = 256;   // of all prompts together in one step
  bool prefix_cache = true;             // results are the same without it
  bool speculation = true;              // results are the same without it
};

// Steps by how many tokens each computed: of prompts, generated and guessed ahead.
struct StepSizes {
  // The most tokens of a step that counts there; the last count is of larger ones. As vLLM counts.
  static constexpr std::array<int64_t, 13> kBounds = {1,   8,    16,   32,   64,   128,  256,
                                                      512, 1024, 2048, 4096, 8192, 16384};
  std::array<int64_t, kBounds.size() + 1> n_steps{};
  int64_t n_tokens = 0;  // of all steps

  void Add(int64_t tokens) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), tokens);
    ++n_steps[static_cast<size_t>(bound - kBounds.begin())];
    n_tokens += tokens;
  }
};

// A snapshot for metrics: never waits for a forward pass.
struct EngineStats {
  int64_t n_running = 0;  // sequences
  int64_t n_waiting = 0;  // requests
  int64_t n_pages = 0;
  int64_t n_pages_free = 0;  // or evictable; a request holds the most it can need, from admission
  int64_t n_steps = 0;       // with each step, and twice a second while idle
  int64_t n_beats = 0;  // the heartbeat: moves with n_steps, and within a step as Backend::n_beats
  int64_t prompt_tokens = 0;          // computed since start
  int64_t prompt_tokens_cached = 0;   // that did not have to be
  int64_t generated_tokens = 0;       // since start; EOS and stop ids included
  int64_t drafted_tokens = 0;         // guessed ahead, and of these
  int64_t accepted_tokens = 0;        // right
  int64_t requests_finished[6] = {};  // by FinishReason, samples counted
  int64_t thinking_closed[6] = {};    // by ThinkingClosed, samples counted
  int64_t loop_rewinds = 0;           // by the loop guard; what it concludes and stops is above
  StepSizes step_sizes;

  // The share of the pages that requests hold.
  double kv_usage() const {
    return 1 - static_cast<double>(n_pages_free) / static_cast<double>(n_pages);
  }
};

using RequestId = uint64_t;

class Engine {
 public:
  Engine(std::unique_ptr<model::Backend> backend, const EngineOptions& options, const Clock& clock);
  ~Engine();  // stops: what runs or waits ends with kCancelled / kUnavailable

  // Checks and queues. Errors, at once and without calling the sink: kInvalidArgument (empty
  // prompt, ids outside the vocabulary, prompt + max_tokens over the context or over all pages,
  // a parameter out of range; `field` names it), kUnavailable (queue full or draining).
  Result<RequestId> Submit(GenerateRequest request);

  // Ends a request in any phase, within one step; its sink gets OnDone. Unknown ids are ignored.
  void Cancel(RequestId id);

  // Refuses new requests from now on; what runs goes on.
  void Drain();

  EngineStats stats() const;
  const model::ModelConfig& config() const;
  const model::BackendInfo& backend_info() const;
  // The longest prompt + output one sample can have: the context or all pages.
  int32_t tokens_max() const;
  // The largest max_tokens with which n samples of a prompt of n_prompt tokens are accepted; below
  // 1 when the prompt is too long.
  int64_t output_tokens_max(int64_t n_prompt, int32_t n) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lemma::engine
