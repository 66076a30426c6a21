// Chooses the rows of one step: every decoding sequence's next token first, then prompt chunks,
// until prefill_chunk_tokens or the backend's rows are used up. So a long prompt delays its
// neighbours' next token by one chunk's time at most. Of the prompts the one with the least left
// goes first, so that a long one does not delay a short one's first token; half of the chunk is
// the oldest's for sure, so that each one's turn comes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/engine/sequence.h"
#include "inference/model/backend.h"

namespace lemma::engine {

struct StepLimits {
  int32_t prefill_tokens_max = 0;
  int32_t rows_max = 0;
  int32_t logit_rows_max = 0;
  int32_t sequences_max = 0;  // at most rows_max
};

// One step's batch and whom its parts belong to. Reused; allocates only when made.
class StepPlan {
 public:
  struct Entry {
    Request* request;
    Sequence* sequence;
    int32_t n_tokens;
    int32_t logit_row;  // index of its first into the logits of Forward; -1: none wanted
  };

  explicit StepPlan(const StepLimits& limits);

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  size_t n_logit_rows() const { return logit_rows_.size(); }
  model::Batch batch() const { return {tokens_, slices_, logit_rows_}; }

  void Clear();
  // The next `n_tokens` tokens of the sequence; logits of the last one where it ends the sequence,
  // of all where the request wants the prompt's.
  void AddPrompt(Request& request, Sequence& sequence, int32_t n_tokens);
  // Its last token and its draft; logits of all of them.
  void AddDecode(Request& request, Sequence& sequence);
  int32_t n_rows() const { return static_cast<int32_t>(tokens_.size()); }

  std::vector<Request*> prefilling;  // scratch of PlanStep

 private:
  void AddSlice(const Sequence& sequence, int32_t n_tokens);

  std::vector<Entry> entries_;
  std::vector<TokenId> tokens_;
  std::vector<model::SequenceSlice> slices_;
  std::vector<int32_t> logit_rows_;
};

// How many tokens may be guessed in the next step, so that each sequence has its row and its logits
// all the same.
int32_t DraftRoom(const RequestList& running, const StepLimits& limits);

// Fills `plan` for the next step. At most limits.sequences_max samples are in `running`, so each
// decoding one gets its row and those of its draft, and a prefilling one at least one.
void PlanStep(const RequestList& running, const StepLimits& limits, StepPlan& plan);

}  // namespace lemma::engine
