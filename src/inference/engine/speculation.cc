#include "inference/engine/speculation.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "common/base/check.h"

namespace lemma::engine {
namespace {

// What a row more costs, as a part of one row's step, until it is measured.
constexpr double kAssumedSlope = 0.03;
constexpr double kCostMemory = 0.1;     // the weight of a new measurement
constexpr double kChanceMemory = 0.05;  // and of a guess
// Where no guess is made the chances return to what they were at first, so that a text that begins
// to repeat itself is noticed.
constexpr double kReturn = 0.0005;

double AssumedCost(size_t n_rows) { return 1 + kAssumedSlope * static_cast<double>(n_rows - 1); }

}  // namespace

StepCost::StepCost(int32_t rows_max)
    : seconds_(static_cast<size_t>(rows_max) + 1), last_step_(seconds_.size()) {}

void StepCost::Observe(int32_t n_rows, double seconds) {
  ++n_steps_;
  for (size_t rows = 0; rows < seconds_.size(); ++rows) {
    if (n_steps_ - last_step_[rows] > kStepsKept) seconds_[rows] = 0;
  }
  const auto rows = static_cast<size_t>(n_rows);
  double& known = seconds_[rows];
  known = known == 0 ? seconds : known + kCostMemory * (seconds - known);
  last_step_[rows] = n_steps_;
}

size_t StepCost::MeasuredUpTo(int32_t n_rows) const {
  auto rows = static_cast<size_t>(std::min(n_rows, rows_max()));
  while (rows > 0 && seconds_[rows] == 0) --rows;
  return rows;
}

double StepCost::Of(int32_t n_rows) const {
  const auto rows = static_cast<size_t>(n_rows);
  const size_t below = MeasuredUpTo(n_rows);
  LEMMA_CHECK(below > 0, "nothing says what fewer rows take");
  size_t above = rows;
  while (above < seconds_.size() && seconds_[above] == 0) ++above;
  if (above == seconds_.size()) return seconds_[below] * AssumedCost(rows) / AssumedCost(below);
  if (above == below) return seconds_[rows];
  const double part = static_cast<double>(rows - below) / static_cast<double>(above - below);
  return seconds_[below] + part * (seconds_[above] - seconds_[below]);
}

size_t Speculation::ClassOf(int32_t n_match) {
  const auto more_than_one = static_cast<uint32_t>(n_match - 1);
  return std::min<size_t>(std::bit_width(more_than_one), kFirstDraftChances.size() - 1);
}

void Speculation::Draft(const RequestList& running, int32_t n_tokens_max) {
  int32_t n_rows = 0;
  for (const auto& request : running) {
    for (const Sequence& sequence : request->samples) n_rows += sequence.phase == Phase::kDecode;
  }
  if (!cost_.Knows(n_rows)) n_tokens_max = 0;  // so that it is measured
  double n_expected = n_rows;                  // tokens that the step gives
  for (const auto& request : running) {
    for (Sequence& sequence : request->samples) {
      sequence.draft.clear();
      if (sequence.phase != Phase::kDecode || !request->drafter) continue;
      const int32_t n_max = std::min({kDraftMax, n_tokens_max, cost_.rows_max() - n_rows,
                                      request->spec.max_tokens - sequence.n_output() - 1});
      if (n_max <= 0) continue;
      sequence.draft.resize(static_cast<size_t>(n_max));
      const Drafter::Guess guess = request->drafter->Continue(sequence.sample, sequence.draft);
      sequence.n_draft_match = guess.n_match;
      const int32_t n = guess.n_tokens == 0 ? 0 : Length(*request, guess, n_rows, &n_expected);
      sequence.draft.resize(static_cast<size_t>(n));
      n_rows += n;
      n_tokens_max -= n;
    }
  }
}

// Most tokens a second: (n_expected + chance + chance^2 + ...) / cost.
int32_t Speculation::Length(Request& request, const Drafter::Guess& guess, int32_t n_rows,
                            double* n_expected) const {
  const size_t kind = ClassOf(guess.n_match);
  double& chance = request.draft_chances[kind];
  int32_t best = 0;
  double best_speed = *n_expected / cost_.Of(n_rows), best_expected = *n_expected;
  double expected = *n_expected, right_so_far = 1;
  for (int32_t n = 1; n <= guess.n_tokens; ++n) {
    right_so_far *= chance;
    expected += right_so_far;
    const double speed = expected / cost_.Of(n_rows + n);
    if (speed <= best_speed) continue;
    best = n;
    best_speed = speed;
    best_expected = expected;
  }
  *n_expected = best_expected;
  if (best == 0) chance += kReturn * (kFirstDraftChances[kind] - chance);
  return best;
}

void Speculation::ObserveStep(int32_t n_rows, Duration duration) {
  if (n_rows <= cost_.rows_max()) {
    cost_.Observe(n_rows, std::chrono::duration<double>(duration).count());
  }
}

void Speculation::ObserveDraft(Request& request, const Sequence& sequence, int32_t n_right) {
  if (sequence.draft.empty()) return;
  double& chance = request.draft_chances[ClassOf(sequence.n_draft_match)];
  for (int32_t i = 0; i < n_right; ++i) chance += kChanceMemory * (1 - chance);
  if (n_right < std::ssize(sequence.draft)) chance -= kChanceMemory * chance;
}

}  // namespace lemma::engine
