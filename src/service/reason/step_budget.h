// How much work one comparison may do. Every token, node and arithmetic operation is charged before
// it is done, by its size, so that "bounded" is a number that tests read rather than a stopwatch.
//
// Threads: one owner.
#pragma once

#include <algorithm>
#include <cstdint>

namespace lemma::reason {

class StepBudget {
 public:
  explicit StepBudget(int64_t steps_max) : steps_max_(steps_max) {}

  // False once the budget is spent; what was to be paid for must then not be done.
  [[nodiscard]] bool Spend(int64_t steps) {
    steps_used_ = std::min(steps_used_ + std::min(steps, steps_max_ + 1), steps_max_ + 1);
    return steps_used_ <= steps_max_;
  }
  bool exhausted() const { return steps_used_ > steps_max_; }
  int64_t steps_used() const { return steps_used_; }

 private:
  int64_t steps_max_;
  int64_t steps_used_ = 0;
};

}  // namespace lemma::reason
