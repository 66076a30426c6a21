// Whether two terms have the same value: exact rationals where both are, else balls at a precision
// at which overlap is a proof (root_bound.h), or at 300 digits where no bound is known (pi, e,
// sines). Terms with variables are compared as functions, at arbitrary rational points.
//
// "Different" is always certain. Threads: one owner.
#pragma once

#include <optional>
#include <string>

#include "service/reason/expr_value.h"
#include "service/reason/math_expr.h"
#include "service/reason/step_budget.h"

namespace lemma::reason {

enum class Sameness { kSame, kDifferent, kUnknown };

struct ScalarDecision {
  Sameness sameness;
  std::string how;  // for people: "equal, exactly"
};

class ScalarEquality {
 public:
  explicit ScalarEquality(StepBudget& budget) : budget_(budget) {}

  // Where `a` has variables it decides where to look: at points where it is real, if there are any.
  ScalarDecision Compare(const ExprPtr& a, const ExprPtr& b);

  // Whether a = c b for a constant c that is not 0, and is positive if so asked.
  Sameness Proportional(const ExprPtr& a, const ExprPtr& b, bool by_positive);

  // -1, 0, 1 of a real number without variables; nullopt where it is not certain.
  std::optional<int> Sign(const ExprPtr& e);

 private:
  ScalarDecision CompareClosed(const ExprPtr& a, const ExprPtr& b);
  ScalarDecision CompareAtPoints(const ExprPtr& a, const ExprPtr& b, bool only_real);

  StepBudget& budget_;
};

}  // namespace lemma::reason
