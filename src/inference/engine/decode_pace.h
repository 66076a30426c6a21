// How fast a sample's tokens come: what the time until a deadline is worth in tokens. One sample;
// the engine's thread.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace lemma::engine {

class DecodePace {
 public:
  // A step ended now, before which the sample had said n_output tokens. The first one only starts
  // the clock. What this step gives it is not known yet, but its time is, when its token is chosen.
  void Observe(TimePoint now, int32_t n_output);

  // How many tokens more come before `deadline`; at most `n_max`, which it is while no step was
  // measured. 0: the next step may well end too late, as unevenly as steps have come.
  int32_t TokensBefore(TimePoint deadline, int32_t n_max) const;

  // How many steps more end before it, each as slow as the slowest of late; at most n_max.
  int32_t StepsSurelyBefore(TimePoint deadline, int32_t n_max) const;

 private:
  TimePoint last_{};  // when the last step ended
  bool has_begun_ = false;
  int32_t n_output_ = 0;
  double seconds_of_step_ = 0;  // running means; 0: not measured
  double deviation_ = 0;        // mean distance of a step's seconds from it
  double tokens_of_step_ = 0;
  double slowest_ = 0;  // step of late, in seconds
};

}  // namespace lemma::engine
