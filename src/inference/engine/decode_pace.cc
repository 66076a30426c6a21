#include "inference/engine/decode_pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace lemma::engine {
namespace {

constexpr double kMemory = 0.1;  // the weight of a new step
// What comes is taken to be this much slower than what was: neighbours may join.
constexpr double kCaution = 1.1;
// A step is taken to end within so many mean deviations of the mean, as TCP's timeout has it (RFC
// 6298, with 4 there): on a machine that others use steps are uneven.
constexpr double kDeviations = 2;

}  // namespace

void DecodePace::Observe(TimePoint now, int32_t n_output) {
  if (has_begun_) {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    slowest_ = std::max(seconds, slowest_ * (1 - kMemory));
    const double weight = seconds_of_step_ == 0 ? 1 : kMemory;
    if (seconds_of_step_ != 0) {
      deviation_ += kMemory * (std::abs(seconds - seconds_of_step_) - deviation_);
    }
    seconds_of_step_ += weight * (seconds - seconds_of_step_);
    tokens_of_step_ += weight * (n_output - n_output_ - tokens_of_step_);
  }
  has_begun_ = true;
  n_output_ = n_output;
  last_ = now;
}

int32_t DecodePace::TokensBefore(TimePoint deadline, int32_t n_max) const {
  if (seconds_of_step_ == 0) return n_max;
  const double seconds = std::chrono::duration<double>(deadline - last_).count();
  if (seconds < seconds_of_step_ + kDeviations * deviation_) return 0;
  const double n_tokens = seconds / (seconds_of_step_ * kCaution) * tokens_of_step_;
  // A step still fits, as said above.
  return n_tokens < n_max ? std::max(static_cast<int32_t>(n_tokens), 1) : n_max;
}

int32_t DecodePace::StepsSurelyBefore(TimePoint deadline, int32_t n_max) const {
  const double seconds = std::chrono::duration<double>(deadline - last_).count();
  if (seconds >= n_max * slowest_) return n_max;
  return seconds > 0 ? static_cast<int32_t>(seconds / slowest_) : 0;
}

}  // namespace lemma::engine
