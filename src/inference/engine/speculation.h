// How many tokens to guess: as many as are worth the time of computing them. A step of a few rows
// takes little longer than a step of one, as both read all weights once; how much longer is learnt
// from the steps themselves, and how often guesses come true from the guesses. Where they do not
// pay, none are made.
//
// Only speed depends on any of it. Owned by the engine's thread; allocates only when made.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/clock.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {

// The time of a decoding step by its rows, from what was measured of late: a number of rows that
// did not run in the last kStepsKept steps counts as not measured. So what was once slow, because
// something else ran beside it or the text was longer, is tried again.
class StepCost {
 public:
  static constexpr int64_t kStepsKept = 1024;

  explicit StepCost(int32_t rows_max);
  void Observe(int32_t n_rows, double seconds);
  // Of so many rows or of fewer something is measured.
  bool Knows(int32_t n_rows) const { return MeasuredUpTo(n_rows) > 0; }
  // Of n_rows, in seconds, where it Knows. Interpolated between the numbers of rows that were
  // measured; beyond them rows are assumed to be cheap.
  double Of(int32_t n_rows) const;
  int32_t rows_max() const { return static_cast<int32_t>(seconds_.size()) - 1; }

 private:
  size_t MeasuredUpTo(int32_t n_rows) const;  // the largest such number of rows; 0: none

  std::vector<double> seconds_;     // by rows; 0: not measured
  std::vector<int64_t> last_step_;  // by rows: when it was measured last
  int64_t n_steps_ = 0;
};

class Speculation {
 public:
  explicit Speculation(int32_t rows_max) : cost_(rows_max) {}

  // Gives each decoding sequence a draft, maybe an empty one; all together at most n_tokens_max.
  // None where it is not known what the step takes without.
  void Draft(const RequestList& running, int32_t n_tokens_max);

  // A step of decoding sequences alone took that long.
  void ObserveStep(int32_t n_rows, Duration duration);
  // Of the sequence's draft the first n_right were what it said.
  static void ObserveDraft(Request& request, const Sequence& sequence, int32_t n_right);

 private:
  static size_t ClassOf(int32_t n_match);
  int32_t Length(Request& request, const Drafter::Guess& guess, int32_t n_rows,
                 double* n_expected) const;

  StepCost cost_;
};

}  // namespace lemma::engine
