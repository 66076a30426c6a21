// The working of elementary arithmetic, written out: one fixed micro-format for each skill, shared
// by every family, so that a small model learns each skill once. Every number follows from numbers
// close by with one small operation.
//
// A chain is "expr = expr = ... = value"; several chains are joined with "; ". Products are written
// without spaces (47*6), sums with them (1410 + 282), quotients as 84/6.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::train {

// `value` / 10^places as a decimal with exactly `places` digits after the point: (1275, 2) ->
// "12.75", (-5, 1) -> "-0.5", (42, 0) -> "42".
std::string DecimalText(int64_t value, int places);

// The same without zeros at its end: (1250, 2) -> "12.5", (1200, 2) -> "12".
std::string ShortDecimalText(int64_t value, int places);

// The reduced fraction in its canonical form: (6, -8) -> "-\frac{3}{4}", (6, 3) -> "2".
// `denominator` is not 0.
std::string FractionText(int64_t numerator, int64_t denominator);

// "3, 5, 7", or with another separator.
std::string Join(const std::vector<std::string>& parts, const std::string& separator = ", ");
std::string Join(const std::vector<int64_t>& numbers, const std::string& separator = ", ");

// a + b and a - b for any signs. The second operand is used up digit by digit from its front, and
// a minus before a larger number is pulled out:
//   "345 + 278 = 545 + 78 = 615 + 8 = 623", "345 - 678 = -(678 - 345) = -(378 - 45) = ... = -333".
// Two numbers below 100, or a one-digit second operand, need no working: "47 + 36 = 83". A
// negative b is written with the other sign: (5, -3) -> "5 - 3 = 2". With `places`, both are in
// units of 10^-places: (275, 140, 2) -> "2.75 + 1.40 = 3.75 + 0.40 = 4.15".
std::string AddSteps(int64_t a, int64_t b, int places = 0);
std::string SubtractSteps(int64_t a, int64_t b, int places = 0);

// The running sum of at least two numbers: "12 + 45 = 57; 57 + 30 = 87".
std::string SumSteps(const std::vector<int64_t>& terms);

// a*b of numbers that are not negative. Two digits times one, the table up to 12*12 and anything
// times a power of ten are known by heart: "47*6 = 282", "6*470 = 2820". Otherwise the second
// operand is split by place, and so is a long first one:
//   "47*36 = 47*30 + 47*6 = 1410 + 282 = 1610 + 82 = 1690 + 2 = 1692"
//   "347*6 = 300*6 + 47*6 = 1800 + 282 = 2000 + 82 = 2080 + 2 = 2082".
// Parts that are themselves long come first, as chains of their own; of three parts or more the
// running sum follows.
std::string MultiplySteps(int64_t a, int64_t b);

// Division with remainder, a >= 0, b > 0; always ends in "a = q*b + r". Long division takes the
// digits of a from the left; a divisor above 12 shows the product and the difference, after those
// that its first digit suggests and that are too large. Two digits by one, and quotients of one
// digit by up to 12, are known by heart:
//   "84 = 14*6 + 0", "99 = 8*12 + 3"
//   "7 = 1*6 + 1; 13 = 2*6 + 1; 18 = 3*6 + 0; 738 = 123*6 + 0"
//   "38*5 = 190 > 171; 38*4 = 152; 171 - 152 = 21 - 2 = 19; 171 = 4*38 + 19".
std::string DivideSteps(int64_t a, int64_t b);

// Only the digits of that long division, without the last equation that collects them.
std::string DivideDigitSteps(int64_t a, int64_t b);

// a/b where b divides a: "84/6 = 14" below 100, halves and fifths below 1000 ("396/2 = 198"). Else
// common zeros are cancelled ("22000/400 = 220/4"), and the digits of the long division come first:
//   "7 = 1*6 + 1; 13 = 2*6 + 1; 18 = 3*6 + 0; 738/6 = 123".
std::string ExactDivideSteps(int64_t a, int64_t b);

// Euclid on positive numbers, the larger one first: "84 = 1*60 + 24" and so on by DivideSteps,
// ending in "gcd(84, 60) = 12".
std::string GcdSteps(int64_t a, int64_t b);

// n/d (both positive) in lowest terms: Euclid, then "18/6 = 3; 42/6 = 7; 18/42 = 3/7". With a gcd
// of 1 it ends after Euclid; d = 1 gives "n/1 = n".
std::string ReduceSteps(int64_t n, int64_t d);

// Euclid, then "6/2 = 3; 3*4 = 12; lcm(6, 4) = 12"; coprime numbers need no quotient.
std::string LcmSteps(int64_t a, int64_t b);

}  // namespace lemma::train
