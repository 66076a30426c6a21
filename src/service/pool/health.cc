#include "service/pool/health.h"

namespace lemma::pool {

const char* HealthStateName(HealthState state) {
  switch (state) {
    case HealthState::kUnknown:
      return "starting";
    case HealthState::kReady:
      return "ready";
    case HealthState::kSilent:
      return "silent";
    case HealthState::kNotReady:
      return "not ready";
    case HealthState::kDown:
      return "down";
    case HealthState::kHung:
      return "hung";
  }
  return "";
}

void Health::OnAnswer(bool is_ready, std::optional<Duration> heartbeat_age, TimePoint now) {
  said_ = is_ready ? HealthState::kReady : HealthState::kNotReady;
  answered_at_ = now;
  heartbeat_age_ = heartbeat_age;
  n_unanswered_ = 0;
}

void Health::OnNoConnection() {
  said_ = HealthState::kDown;
  heartbeat_age_.reset();
  n_unanswered_ = 0;
}

void Health::Reset() {
  OnNoConnection();
  said_ = HealthState::kUnknown;
}

HealthState Health::state(TimePoint now) const {
  if (said_ == HealthState::kUnknown) return said_;
  if (heartbeat_age_ && *heartbeat_age_ > options_.stall_max) return HealthState::kHung;
  const Duration silence = n_unanswered_ > 0 ? now - answered_at_ : Duration{};
  if (silence > options_.hung_after && n_unanswered_ >= options_.unanswered_min) {
    return HealthState::kHung;
  }
  const bool is_silent = said_ == HealthState::kReady && silence > options_.silent_after;
  return is_silent ? HealthState::kSilent : said_;
}

}  // namespace lemma::pool
