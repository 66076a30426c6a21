// How fast a sample's tokens come: what the time until a deadline is worth in tokens. One sample;
// the engine's thread.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace lemma::engine {

class DecodePace {
 public:
  // A step that gave the sample n_tokens ended now. The first one only starts the clock.
  void Observe(TimePoint now, int32_t n_tokens);

  // How many tokens more come before `deadline`; at most `n_max`, which it is while no step was
  // measured. 0: the next step may well end too late, as unevenly as steps have come.
  int32_t TokensBefore(TimePoint deadline, int32_t n_max) const;

 private:
  TimePoint last_{};  // when the last step ended
  bool has_begun_ = false;
  double seconds_of_step_ = 0;  // running means; 0: not measured
  double deviation_ = 0;        // mean distance of a step's seconds from it
  double tokens_of_step_ = 0;
};

}  // namespace lemma::engine
