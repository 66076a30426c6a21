// How the attention of one Forward is shared out; the same for all layers, so built once a call.
//
// A few rows of a sequence (decode, guesses) are split by spans: one task computes one span for all
// rows that see the same pages of it, whoever's they are, so that K and V of a prompt that several
// sequences share are read once, and a long context keeps every thread busy. Then each row's spans
// are folded. Many rows of a sequence (prefill) are cut into blocks, which take their spans one
// after the other and need no room for partial results. The results are the same.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/model/backend.h"

namespace lemma::model {

class AttentionPlan {
 public:
  // Rows of one sequence, their spans to be taken in turn.
  struct Block {
    const PageId* pages;
    int32_t row;
    int32_t n_rows;
    int32_t position;  // of the first row
  };
  struct SpanRow {
    int32_t row;
    int32_t n_seen;   // tokens of the span
    int32_t partial;  // which partial result is its own
  };
  struct Span {
    const PageId* pages;
    std::span<SpanRow> rows;
  };
  // A row whose partial results first_partial .. + n_partials - 1 make the whole.
  struct Fold {
    const PageId* pages;
    int32_t row;
    int32_t position;
    int32_t first_partial;
    int32_t n_partials;
  };

  static constexpr int32_t kPartialsMax = 1024;

  // task_rows: rows of one block or span at most.
  explicit AttentionPlan(int32_t batch_rows_max, int32_t task_rows);

  // Keeps pointers into `sequences`. Allocates nothing.
  void Build(std::span<const SequenceSlice> sequences);

  std::span<const Block> blocks() const { return blocks_; }
  std::span<const Span> spans() const { return spans_; }
  std::span<const Fold> folds() const { return folds_; }
  int32_t n_partials() const { return n_partials_; }

 private:
  bool Split(const SequenceSlice& sequence);
  void AddToSpan(const Fold& fold, int32_t index, size_t first_span);

  int32_t task_rows_;
  int32_t n_partials_ = 0;
  std::vector<Block> blocks_;
  std::vector<Fold> folds_;
  std::vector<Span> spans_;
  std::vector<SpanRow> span_rows_;  // task_rows_ of each span
};

}  // namespace lemma::model
