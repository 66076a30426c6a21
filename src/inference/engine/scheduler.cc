#include "inference/engine/scheduler.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace lemma::engine {

StepPlan::StepPlan(const StepLimits& limits) {
  entries_.reserve(static_cast<size_t>(limits.sequences_max));
  slices_.reserve(static_cast<size_t>(limits.sequences_max));
  logit_rows_.reserve(static_cast<size_t>(limits.logit_rows_max));
  tokens_.reserve(static_cast<size_t>(limits.rows_max));
  prefilling.reserve(static_cast<size_t>(limits.sequences_max));
}

void StepPlan::Clear() {
  entries_.clear();
  tokens_.clear();
  slices_.clear();
  logit_rows_.clear();
}

void StepPlan::AddSlice(const Sequence& sequence, int32_t n_tokens) {
  slices_.push_back({.row_begin = n_rows(),
                     .n_tokens = n_tokens,
                     .n_past = sequence.n_computed,
                     .pages = sequence.pages});
}

void StepPlan::AddPrompt(Request& request, Sequence& sequence, int32_t n_tokens) {
  AddSlice(sequence, n_tokens);
  const auto begin = sequence.tokens.begin() + sequence.n_computed;
  tokens_.insert(tokens_.end(), begin, begin + n_tokens);
  const bool reaches_end = begin + n_tokens == sequence.tokens.end();
  const int32_t n_logits = request.spec.prompt_logprobs ? n_tokens : reaches_end ? 1 : 0;
  entries_.push_back({&request, &sequence, n_tokens,
                      n_logits > 0 ? static_cast<int32_t>(logit_rows_.size()) : -1});
  for (int32_t i = n_logits; i > 0; --i) logit_rows_.push_back(n_rows() - i);
}

void StepPlan::AddDecode(Request& request, Sequence& sequence) {
  const auto n_tokens = static_cast<int32_t>(1 + sequence.draft.size());
  AddSlice(sequence, n_tokens);
  entries_.push_back({&request, &sequence, n_tokens, static_cast<int32_t>(logit_rows_.size())});
  for (int32_t i = 0; i < n_tokens; ++i) logit_rows_.push_back(n_rows() + i);
  tokens_.push_back(sequence.tokens.back());
  tokens_.insert(tokens_.end(), sequence.draft.begin(), sequence.draft.end());
}

namespace {

int32_t PromptLeft(const Request& request) {
  const Sequence& first = request.samples.front();
  return first.n_prompt - first.n_computed;
}

void PlanPrompts(const RequestList& running, int32_t n_left, int32_t n_logits_left,
                 StepPlan& plan) {
  std::vector<Request*>& prefilling = plan.prefilling;
  prefilling.clear();
  for (const auto& request : running) {
    if (request->samples.front().phase == Phase::kPrefill) prefilling.push_back(request.get());
  }
  if (prefilling.empty()) return;
  // Beyond the one of each prompt, for those that want more.
  int32_t n_spare = n_logits_left - static_cast<int32_t>(prefilling.size());
  const Request* oldest = prefilling.front();
  int32_t n_reserved = std::min(PromptLeft(*oldest), (n_left + 1) / 2);
  // By id where equal, as they came: std::stable_sort would allocate.
  std::sort(prefilling.begin(), prefilling.end(), [](const Request* a, const Request* b) {
    return std::pair(PromptLeft(*a), a->id) < std::pair(PromptLeft(*b), b->id);
  });
  for (Request* request : prefilling) {
    if (request == oldest) n_reserved = 0;
    int32_t n_tokens = std::min(n_left - n_reserved, PromptLeft(*request));
    if (request->spec.prompt_logprobs) {
      n_tokens = std::min(n_tokens, n_spare + 1);
      n_spare -= std::max(n_tokens - 1, 0);
    }
    if (n_tokens > 0) plan.AddPrompt(*request, request->samples.front(), n_tokens);
    n_left -= n_tokens;
  }
}

}  // namespace

int32_t DraftRoom(const RequestList& running, const StepLimits& limits) {
  int32_t n_sequences = 0;
  for (const auto& request : running) n_sequences += request->n_live;
  return std::min(limits.rows_max, limits.logit_rows_max) - n_sequences;
}

void PlanStep(const RequestList& running, const StepLimits& limits, StepPlan& plan) {
  plan.Clear();
  for (const auto& request : running) {
    for (Sequence& sequence : request->samples) {
      if (sequence.phase == Phase::kDecode) plan.AddDecode(*request, sequence);
    }
  }
  LEMMA_CHECK(plan.n_rows() <= limits.rows_max, "drafts leave each sequence its row");
  const int32_t n_logits_left = limits.logit_rows_max - static_cast<int32_t>(plan.n_logit_rows());
  PlanPrompts(running, std::min(limits.prefill_tokens_max, limits.rows_max - plan.n_rows()),
              n_logits_left, plan);
}

}  // namespace lemma::engine
