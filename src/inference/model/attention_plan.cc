#include "inference/model/attention_plan.h"

#include <algorithm>

#include "inference/kernels/kernels.h"

namespace lemma::model {
namespace {

using kernels::kSpanPages;
using kernels::kSpanTokens;

// More rows than guesses make are cheaper in blocks.
constexpr int32_t kSplitRowsMax = 16;

int32_t SpansUpTo(int32_t position) { return position / static_cast<int32_t>(kSpanTokens) + 1; }

}  // namespace

AttentionPlan::AttentionPlan(int32_t batch_rows_max, int32_t task_rows) : task_rows_(task_rows) {
  blocks_.reserve(static_cast<size_t>(batch_rows_max));
  folds_.reserve(static_cast<size_t>(batch_rows_max));
  spans_.reserve(kPartialsMax);
  span_rows_.resize(size_t{kPartialsMax} * static_cast<size_t>(task_rows));
}

void AttentionPlan::Build(std::span<const SequenceSlice> sequences) {
  blocks_.clear();
  folds_.clear();
  spans_.clear();
  n_partials_ = 0;
  for (const SequenceSlice& sequence : sequences) {
    if (Split(sequence)) continue;
    for (int32_t i = 0; i < sequence.n_tokens; i += task_rows_) {
      blocks_.push_back({.pages = sequence.pages.data(),
                         .row = sequence.row_begin + i,
                         .n_rows = std::min(task_rows_, sequence.n_tokens - i),
                         .position = sequence.n_past + i});
    }
  }
  int32_t n_spans = 0;
  for (const Fold& fold : folds_) n_spans = std::max(n_spans, fold.n_partials);
  for (int32_t index = 0; index < n_spans; ++index) {
    const size_t first_span = spans_.size();
    for (const Fold& fold : folds_) {
      if (index < fold.n_partials) AddToSpan(fold, index, first_span);
    }
  }
}

// Whether the rows are few and there is room for their partial results.
bool AttentionPlan::Split(const SequenceSlice& sequence) {
  if (sequence.n_tokens > kSplitRowsMax) return false;
  int32_t n_partials = 0;
  for (int32_t i = 0; i < sequence.n_tokens; ++i) n_partials += SpansUpTo(sequence.n_past + i);
  if (n_partials_ + n_partials > kPartialsMax) return false;
  for (int32_t i = 0; i < sequence.n_tokens; ++i) {
    folds_.push_back({.pages = sequence.pages.data(),
                      .row = sequence.row_begin + i,
                      .position = sequence.n_past + i,
                      .first_partial = n_partials_,
                      .n_partials = SpansUpTo(sequence.n_past + i)});
    n_partials_ += folds_.back().n_partials;
  }
  return true;
}

// To a task of the same span (those from first_span on) over the same pages, or a new one.
void AttentionPlan::AddToSpan(const Fold& fold, int32_t index, size_t first_span) {
  const PageId* pages = fold.pages + index * kSpanPages;
  const int64_t n_seen = std::min(kSpanTokens, fold.position + 1 - index * kSpanTokens);
  const int64_t n_pages = kernels::DivideUp(n_seen, kPageTokens);
  const auto is_mine = [&](const Span& span) {
    return static_cast<int32_t>(span.rows.size()) < task_rows_ &&
           kernels::DivideUp(span.rows.front().n_seen, kPageTokens) == n_pages &&
           std::equal(pages, pages + n_pages, span.pages);
  };
  auto span =
      std::find_if(spans_.begin() + static_cast<std::ptrdiff_t>(first_span), spans_.end(), is_mine);
  if (span == spans_.end()) {
    SpanRow* rows = span_rows_.data() + spans_.size() * static_cast<size_t>(task_rows_);
    span = spans_.insert(spans_.end(), {.pages = pages, .rows = {rows, 0}});
  }
  span->rows = {span->rows.data(), span->rows.size() + 1};
  span->rows.back() = {.row = fold.row,
                       .n_seen = static_cast<int32_t>(n_seen),
                       .partial = fold.first_partial + index};
}

}  // namespace lemma::model
