#include "inference/engine/loop_guard.h"

#include <algorithm>

namespace lemma::engine {
namespace {

// The sequence ends after n_tokens tokens again; the last one is computed once more, for its
// logits.
void Rewind(Sequence& sequence, int32_t n_tokens) {
  const auto n_kept = static_cast<size_t>(n_tokens);
  sequence.banned = sequence.tokens[n_kept];
  sequence.n_rewound += static_cast<int32_t>(sequence.tokens.size() - n_kept);
  sequence.tokens.resize(n_kept);
  sequence.n_computed = n_tokens - 1;
  sequence.loop_needed = {};
}

}  // namespace

LoopGuard::Action LoopGuard::Watch(Sequence& sequence) {
  if (sequence.n_output() % LoopDetector::kInterval != 0 || sequence.budget.is_closing()) {
    return Action::kNone;
  }
  const auto output = std::span(sequence.tokens).subspan(static_cast<size_t>(sequence.n_prompt));
  const std::optional<Loop> loop = detector_.Find(output, sequence.loop_needed);
  if (!loop) return Action::kNone;
  LoopReport& report = sequence.loops;
  report.period = loop->period;
  report.n_copies = loop->n_copies();
  const bool rewinds = report.n_rewinds < kRewindsMax;
  if (!rewinds && !sequence.budget.Conclude()) {
    if (!sequence.budget.owes_answer()) return Action::kStop;
    sequence.must_answer = true;
    return Action::kNone;
  }
  if (rewinds) ++report.n_rewinds;
  // At least one token of the output stays: the prompt's pages may be others' too.
  Rewind(sequence, sequence.n_prompt + std::max(loop->begin + loop->period, 1));
  return rewinds ? Action::kRewind : Action::kConclude;
}

}  // namespace lemma::engine
