// What probes say of one replica. Pure: time is passed in. Not thread-safe.
#pragma once

#include <optional>

#include "common/base/clock.h"

namespace lemma::pool {

struct HealthOptions {
  Duration silent_after = std::chrono::seconds(2);  // without an answer: others are asked first
  // Without an answer, though it takes connections: it is held for hung. A worker answers probes on
  // threads of their own, within milliseconds while its engine computes.
  Duration hung_after = std::chrono::seconds(8);
  int unanswered_min =
      3;  // probes; so that a gateway that slept itself does not judge by its clock
  // The engine computes nothing: it hangs too. A Lemma worker's age starts anew with each matrix of
  // a layer (model/backend.h), not with each step, which over a large prompt takes many seconds.
  Duration stall_max = std::chrono::seconds(8);
};

enum class HealthState {
  kUnknown,  // no probe was answered yet
  kReady,
  kSilent,    // ready when it was heard last, which is a while ago
  kNotReady,  // it says so: loading, draining
  kDown,      // nobody takes connections there
  kHung,
};
const char* HealthStateName(HealthState state);

class Health {
 public:
  explicit Health(const HealthOptions& options) : options_(options) {}

  // A probe was answered. `heartbeat_age`: since the engine computed anything, where it says so.
  void OnAnswer(bool is_ready, std::optional<Duration> heartbeat_age, TimePoint now);
  void OnNoAnswer() { ++n_unanswered_; }  // in time
  void OnNoConnection();
  // Another process takes the replica's place: nothing is known of it.
  void Reset();

  HealthState state(TimePoint now) const;
  std::optional<Duration> heartbeat_age() const { return heartbeat_age_; }

 private:
  const HealthOptions options_;
  HealthState said_ = HealthState::kUnknown;  // by the last probe that came to an end
  TimePoint answered_at_{};
  std::optional<Duration> heartbeat_age_;
  int n_unanswered_ = 0;  // since then
};

}  // namespace lemma::pool
