// A request and its samples while they wait and run. Plain state; the engine's thread owns it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "inference/engine/answer_budget.h"
#include "inference/engine/decode_pace.h"
#include "inference/engine/drafter.h"
#include "inference/engine/engine.h"
#include "inference/engine/loop_detector.h"
#include "inference/engine/page_pool.h"

namespace lemma::engine {

enum class Phase {
  kPrefill,    // sample 0, until its last prompt token is computed
  kAwaitFork,  // the other samples, until then
  kDecode,     // its last token is not computed yet, all before it are
  kDone,
};

// The most tokens that are guessed at once (speculation.h), and the chances that one of them is
// right by how many tokens agreed (1, 2, 3-4, 5-8, 9-16, more) as a request begins: about what code
// and reasoning have (docs/performance-log.md).
inline constexpr int32_t kDraftMax = 15;
using DraftChances = std::array<double, 6>;
inline constexpr DraftChances kFirstDraftChances = {0.3, 0.4, 0.5, 0.65, 0.8, 0.85};

// One sample.
struct Sequence {
  int32_t sample = 0;
  Phase phase = Phase::kAwaitFork;
  int32_t n_prompt = 0;
  int32_t n_computed = 0;         // tokens whose K and V are in the pages
  std::vector<TokenId> tokens;    // prompt, then output but for what was rewound
  std::vector<PageId> pages;      // cover n_prompt + max_tokens; empty once done
  std::vector<TokenId> draft;     // how it may go on; of the step that is planned
  int32_t n_draft_match = 0;      // how many tokens agreed where it was found
  int32_t n_rewound = 0;          // said, but no longer in `tokens` (loop_guard.h)
  std::optional<TokenId> banned;  // may not be drawn next
  bool must_answer = false;       // with the next token, or it says nothing for ever
  AnswerBudget budget;
  LoopReport loops;
  LoopDetector::Needed loop_needed;
  DecodePace pace;  // where there is a deadline

  // How many tokens it has said.
  int32_t n_output() const { return static_cast<int32_t>(tokens.size()) - n_prompt + n_rewound; }
};

struct Request {
  explicit Request(GenerateRequest request) : spec(std::move(request)) {}

  RequestId id = 0;
  GenerateRequest spec;
  std::vector<Sequence> samples;   // empty while it waits
  int32_t n_live = 0;              // samples that are not done
  std::optional<Drafter> drafter;  // absent: nothing is guessed
  DraftChances draft_chances = kFirstDraftChances;
  Status status;                       // what OnDone will be told
  std::atomic<bool> cancelled{false};  // set by any thread

  int64_t tokens_reserved() const {  // the most it can compute; what queue limits count
    return static_cast<int64_t>(spec.prompt.size()) + int64_t{spec.n} * spec.max_tokens;
  }
  // What a sample may still say: its tokens, or as many of them as come before the deadline and
  // at least what it owes.
  int32_t tokens_left(const Sequence& sequence) const {
    const int32_t n_left = spec.max_tokens - sequence.n_output();
    if (!spec.deadline) return n_left;
    const int32_t n_timely = sequence.pace.TokensBefore(*spec.deadline, n_left);
    return std::max(n_timely, std::min(n_left, tokens_owed(sequence)));
  }
  int32_t tokens_owed(const Sequence& sequence) const {
    return spec.thinking ? sequence.budget.n_owed(*spec.thinking) : 0;
  }
  // The same for one that may think on: where steps as slow as the slowest of late would hardly
  // reach an answer before the deadline, as much as they do reach.
  int32_t tokens_to_think(const Sequence& sequence) const {
    const int32_t n_left = tokens_left(sequence);
    if (!spec.deadline) return n_left;
    constexpr int32_t kSpareSteps = 2;
    const auto n_needed = static_cast<int32_t>(spec.thinking->close.size()) + 1;
    const int32_t n_max = n_needed + kSpareSteps;
    const int32_t n_steps = sequence.pace.StepsSurelyBefore(*spec.deadline, n_max);
    // One token is there without a step.
    return n_steps == n_max
               ? n_left
               : std::min(n_left,
                          std::clamp(n_steps + 1, spec.thinking->n_close_tag + 1, n_needed));
  }
  bool is_stopped() const {  // all its samples
    constexpr int32_t kBits = 64;
    if (!spec.stopped || spec.n > kBits) return false;
    return (~spec.stopped->load(std::memory_order_relaxed) << (kBits - spec.n)) == 0;
  }
  bool expired(TimePoint now) const { return spec.deadline && now >= *spec.deadline; }
};

using RequestList = std::vector<std::unique_ptr<Request>>;

// Pages a request takes at admission. Its samples share the pages that the prompt fills; each has
// its own from there on, so that a running request can never lack a page.
inline int64_t PagesNeeded(int64_t n_prompt, int64_t max_tokens, int64_t n_samples) {
  const int64_t n_shared = n_prompt / model::kPageTokens;
  return n_shared + n_samples * (PagesFor(n_prompt + max_tokens) - n_shared);
}

}  // namespace lemma::engine
