// How near to zero a number that is not zero can be: what makes numeric comparison a proof.
//
// Burnikel, Fleischer, Mehlhorn, Schirra, "A strong and easily computable separation bound for
// arithmetic expressions involving radicals", Algorithmica 27, 2000: an expression E of integers
// with + - * / and roots is 0 or |E| >= 1 / (u(E)^(D^2-1) * l(E)), where D is the product of the
// roots' indices, each root counted once.
//
// Threads: any.
#pragma once

#include <optional>

#include "service/reason/math_expr.h"
#include "service/reason/step_budget.h"

namespace lemma::reason {

struct RootBound {
  double bits;       // the value is 0 or at least 2^-bits in size
  double size_bits;  // log2 of u(E)
};

// nullopt where e has other parts than rational numbers, i, and roots of them.
std::optional<RootBound> RootBoundOf(const Expr& e, StepBudget& budget);

}  // namespace lemma::reason
