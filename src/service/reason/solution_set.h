// Sets of real numbers as answers give them: intervals, finite sets, unions, differences, and
// inequalities in one unknown that are linear in it.
//
// Two sets are compared at their joint end points and between them, so no normal form is needed:
// (0,1] u [1,2) is (0,2) because no end point and no gap tells them apart.
//
// Threads: one owner.
#pragma once

#include "service/reason/math_expr.h"
#include "service/reason/scalar_equality.h"

namespace lemma::reason {

// Whether e can be nothing but a set: not (0,1), which may be a point,
// nor {1,2} or 1,2.
bool IsCertainlySet(const Expr& e);

// Whether e is a relation with < or <= or "not equal" in it.
bool IsInequality(const Expr& e);

// kUnknown where one is no set of reals with known end points, or their unknowns differ.
Sameness CompareSolutionSets(const ExprPtr& a, const ExprPtr& b, ScalarEquality& scalars,
                             StepBudget& budget);

}  // namespace lemma::reason
