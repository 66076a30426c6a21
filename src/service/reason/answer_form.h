// Looking at and rewriting the forms that one answer can have.
//
// Threads: any.
#pragma once

#include <optional>
#include <vector>

#include "service/reason/math_expr.h"
#include "service/reason/scalar_equality.h"

namespace lemma::reason {

// Whether e can name a value: x, AB, |AB|, |\\vec a|, f(x), sin A, (p, q). No number, so that 2x =
// 5 and a + 3z = 0 stay equations; no function of an unknown: |x| = 5 and sin x = 1/2 ask for x.
bool IsName(const Expr& e);

// 5 of "x = 5", "AB = 5", "5 = x", "f(x) = 5", "S = 2 + 3 = 5"; (3,2) of "(p,q) = (3,2)"; 5 of
// "m + n = 5" where it may be a sum. nullptr where the equation is more than a name for a value:
// "xy = 5", "|x| = 5", "x + 2y = 5", "a + 3z = 0".
ExprPtr ValueOfEquation(const ExprPtr& e, bool may_be_sum, ScalarEquality& scalars);

// "1 +- a" as {1 + a, 1 - a}, each sign by itself; the lower signs "-+" as opposed to all upper
// ones. Empty where e has no such sign or too many.
std::vector<ExprPtr> ExpandPlusMinus(const ExprPtr& e);

// A decimal literal stands for the numbers it can be a rounding of.
struct Decimal {
  int n_digits;    // significant
  int n_decimals;  // behind the point: it is within 10^-n_decimals of what it rounds
};
std::optional<Decimal> DecimalOf(const Expr& e);

// Sums and products of matrices carried out, entry by entry; nullptr where e has none or they do
// not fit.
ExprPtr MatrixOf(const ExprPtr& e);

}  // namespace lemma::reason
