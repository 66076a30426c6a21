// Numbers and arithmetic on them: a rational that is exact while it is small, else a ball of
// complex numbers that is sure to hold the true value.
//
// Over FLINT (fmpq: exact rationals) and Arb (acb: midpoint and radius of real and imaginary part,
// each operation rounded outwards; Johansson, "Arb: efficient arbitrary-precision midpoint-radius
// interval arithmetic", IEEE Trans. Comput. 66, 2017).
//
// Threads: one owner per object. Errors: nullopt for what is undefined (1/0), too large to write
// down (9^9^9^9), or no longer paid for by the budget.
#pragma once

#include <acb.h>
#include <flint/fmpq.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/reason/step_budget.h"

namespace lemma::reason {

// Exact numbers have at most so many bits above and below the line: 10000! is one.
inline constexpr int64_t kExactBitsMax = 1 << 17;
// A ball's magnitude is below 2^(2^kMagnitudeBitsMax).
inline constexpr int64_t kMagnitudeBitsMax = 36;

class Number {
 public:
  Number();  // 0
  explicit Number(int64_t n);
  Number(const Number& other);
  Number(Number&& other) noexcept;
  Number& operator=(Number other) noexcept;
  ~Number();

  // Takes a's value. A ball that has become exact stays a ball.
  static Number FromRational(const fmpq_t a);
  static Number FromBall(const acb_t a);

  bool is_exact() const { return is_exact_; }
  bool is_exact_integer() const { return is_exact_ && fmpz_is_one(fmpq_denref(rational_)); }
  const fmpq* rational() const { return rational_; }  // where exact
  const acb_struct* ball() const { return ball_; }    // where not exact
  int64_t exact_bits() const;                         // of the longer of numerator, denominator

  // The ball around this number, of `bits` significant bits where it is exact.
  void ToBall(acb_t to, int64_t bits) const;

  bool is_real() const;                    // certainly
  bool excludes_zero() const;              // certainly not zero
  std::optional<int> sign() const;         // of a real number, where certain
  int64_t log2_upper() const;              // |value| <= 2^this; very negative for 0
  std::optional<int64_t> ToInt64() const;  // where exact and small enough

  // Exact numbers as "p/q": equal numbers have equal keys. "" for a ball.
  std::string Key() const;

 private:
  void Swap(Number& other) noexcept;

  bool is_exact_ = true;
  fmpq_t rational_;
  acb_t ball_;
};

using MaybeNumber = std::optional<Number>;

// Arithmetic at one precision, paid for from one budget.
class Arithmetic {
 public:
  Arithmetic(int64_t bits, StepBudget& budget) : bits_(bits), budget_(budget) {}

  int64_t bits() const { return bits_; }
  StepBudget& budget() const { return budget_; }

  MaybeNumber Add(const Number& a, const Number& b) const;
  MaybeNumber Subtract(const Number& a, const Number& b) const;
  MaybeNumber Multiply(const Number& a, const Number& b) const;
  MaybeNumber Negate(const Number& a) const;
  MaybeNumber Inverse(const Number& a) const;
  // base^exponent; an odd root of a negative real is real, other powers are principal values.
  MaybeNumber Power(const Number& base, const Number& exponent) const;

  // "pi", "e", "i"; nullopt for any other name.
  MaybeNumber Constant(const std::string& name) const;
  // "sin", "ln", "factorial", ...: math_function.cc. nullopt for any other name.
  MaybeNumber Call(const std::string& name, const std::vector<Number>& args) const;

  // Charges for an operation of `weight` times a product at this precision.
  bool Pay(int64_t weight) const;
  // The ball as a number, where it is finite and not too large.
  MaybeNumber Checked(const acb_t ball) const;

 private:
  MaybeNumber IntegerPower(const Number& base, const fmpz_t exponent) const;
  MaybeNumber RationalPower(const Number& base, const fmpq_t exponent) const;
  MaybeNumber GeneralPower(const Number& base, const Number& exponent) const;

  int64_t bits_;
  StepBudget& budget_;
};

}  // namespace lemma::reason
