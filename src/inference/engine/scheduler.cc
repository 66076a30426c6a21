#include "inference/engine/scheduler.h"

#include <algorithm>

#include "common/base/check.h"

namespace lemma::engine {

StepPlan::StepPlan(const StepLimits& limits) {
  entries_.reserve(static_cast<size_t>(limits.sequences_max));
  slices_.reserve(static_cast<size_t>(limits.sequences_max));
  logit_rows_.reserve(static_cast<size_t>(limits.sequences_max));
  tokens_.reserve(static_cast<size_t>(limits.rows_max));
}

void StepPlan::Clear() {
  entries_.clear();
  tokens_.clear();
  slices_.clear();
  logit_rows_.clear();
}

void StepPlan::Add(Request& request, Sequence& sequence, int32_t n_tokens) {
  const auto begin = sequence.tokens.begin() + sequence.n_computed;
  slices_.push_back({.row_begin = n_rows(),
                     .n_tokens = n_tokens,
                     .n_past = sequence.n_computed,
                     .pages = sequence.pages});
  tokens_.insert(tokens_.end(), begin, begin + n_tokens);
  const bool reaches_end = begin + n_tokens == sequence.tokens.end();
  entries_.push_back(
      {&request, &sequence, n_tokens, reaches_end ? static_cast<int32_t>(logit_rows_.size()) : -1});
  if (reaches_end) logit_rows_.push_back(n_rows() - 1);
}

void PlanStep(const RequestList& running, const StepLimits& limits, StepPlan& plan) {
  plan.Clear();
  for (const auto& request : running) {
    for (Sequence& sequence : request->samples) {
      if (sequence.phase == Phase::kDecode) plan.Add(*request, sequence, 1);
    }
  }
  LEMMA_CHECK(plan.n_rows() <= limits.rows_max, "sequences_max is at most rows_max");
  int32_t n_left = std::min(limits.prefill_tokens_max, limits.rows_max - plan.n_rows());
  for (const auto& request : running) {
    Sequence& first = request->samples.front();
    if (first.phase != Phase::kPrefill || n_left == 0) continue;
    const int32_t n_tokens = std::min(n_left, first.n_prompt - first.n_computed);
    plan.Add(*request, first, n_tokens);
    n_left -= n_tokens;
  }
}

}  // namespace lemma::engine
