#include "service/pool/breaker.h"

#include <algorithm>

namespace lemma::pool {

Breaker::State Breaker::state(TimePoint now) const {
  if (is_closed_) return State::kClosed;
  return now < open_until_ ? State::kOpen : State::kHalfOpen;
}

bool Breaker::Allows(TimePoint now) const {
  return is_closed_ || (now >= open_until_ && !has_trial_);
}

void Breaker::OnBegin(TimePoint now) {
  if (state(now) == State::kHalfOpen) has_trial_ = true;
}

void Breaker::OnSuccess(TimePoint now) {
  n_failures_ = 0;
  // While open: of a request from before. Only a trial says that the replica has recovered.
  if (state(now) != State::kHalfOpen) return;
  has_trial_ = false;
  if (++n_successes_ >= options_.successes_min) Reset();
}

void Breaker::OnFailure(TimePoint now) {
  switch (state(now)) {
    case State::kClosed:
      if (++n_failures_ >= options_.failures_max) Open(now);
      return;
    case State::kHalfOpen:
      return Open(now);
    case State::kOpen:
      return;
  }
}

void Breaker::OnNoVerdict(TimePoint now) {
  if (state(now) == State::kHalfOpen) has_trial_ = false;
}

void Breaker::Reset() {
  is_closed_ = true;
  open_for_ = {};
  n_failures_ = n_successes_ = 0;
  has_trial_ = false;
}

void Breaker::Open(TimePoint now) {
  open_for_ = std::clamp(open_for_ * 2, options_.open_min, options_.open_max);
  open_until_ = now + open_for_;
  is_closed_ = has_trial_ = false;
  n_failures_ = n_successes_ = 0;
  ++n_opened_;
}

}  // namespace lemma::pool
