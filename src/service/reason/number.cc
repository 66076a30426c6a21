#include "service/reason/number.h"

#include <utility>

#include "service/reason/flint_scope.h"

namespace lemma::reason {

Number::Number() : Number(0) {}

Number::Number(int64_t n) {
  fmpq_init(rational_);
  acb_init(ball_);
  fmpq_set_si(rational_, n, 1);
}

Number::Number(const Number& other) : Number() {
  is_exact_ = other.is_exact_;
  fmpq_set(rational_, other.rational_);
  acb_set(ball_, other.ball_);
}

Number::Number(Number&& other) noexcept : Number() { Swap(other); }

Number& Number::operator=(Number other) noexcept {
  Swap(other);
  return *this;
}

void Number::Swap(Number& other) noexcept {
  std::swap(is_exact_, other.is_exact_);
  fmpq_swap(rational_, other.rational_);
  acb_swap(ball_, other.ball_);
}

Number::~Number() {
  fmpq_clear(rational_);
  acb_clear(ball_);
}

Number Number::FromRational(const fmpq_t a) {
  Number number;
  fmpq_set(number.rational_, a);
  return number;
}

Number Number::FromBall(const acb_t a) {
  Number number;
  number.is_exact_ = false;
  acb_set(number.ball_, a);
  return number;
}

int64_t Number::exact_bits() const {
  return std::max<int64_t>(fmpz_bits(fmpq_numref(rational_)), fmpz_bits(fmpq_denref(rational_)));
}

void Number::ToBall(acb_t to, int64_t bits) const {
  if (is_exact_) {
    acb_set_fmpq(to, rational_, bits);
  } else {
    acb_set(to, ball_);
  }
}

bool Number::is_real() const { return is_exact_ || acb_is_real(ball_); }

bool Number::excludes_zero() const {
  return is_exact_ ? !fmpq_is_zero(rational_) : !acb_contains_zero(ball_);
}

std::optional<int> Number::sign() const {
  if (is_exact_) return fmpq_sgn(rational_);
  if (!acb_is_real(ball_)) return std::nullopt;
  if (arb_is_positive(acb_realref(ball_))) return 1;
  if (arb_is_negative(acb_realref(ball_))) return -1;
  return std::nullopt;
}

int64_t Number::log2_upper() const {
  constexpr int64_t kOfZero = -(int64_t{1} << 40);
  if (is_exact_) {
    if (fmpq_is_zero(rational_)) return kOfZero;
    return static_cast<int64_t>(fmpz_bits(fmpq_numref(rational_))) -
           static_cast<int64_t>(fmpz_bits(fmpq_denref(rational_))) + 1;
  }
  Magnitude size;
  acb_get_mag(size, ball_);
  if (mag_is_zero(size)) return kOfZero;
  return fmpz_fits_si(MAG_EXPREF(size.get())) ? fmpz_get_si(MAG_EXPREF(size.get())) : -kOfZero;
}

std::optional<int64_t> Number::ToInt64() const {
  if (!is_exact_integer() || !fmpz_fits_si(fmpq_numref(rational_))) return std::nullopt;
  return fmpz_get_si(fmpq_numref(rational_));
}

std::string Number::Key() const {
  if (!is_exact_) return "";
  char* digits = fmpq_get_str(nullptr, 62, rational_);
  std::string key(digits);
  flint_free(digits);
  return key;
}

bool Arithmetic::Pay(int64_t weight) const {
  const int64_t words = 1 + bits_ / 64;
  return budget_.Spend(1 + weight * (words + words * words / 32));
}

MaybeNumber Arithmetic::Checked(const acb_t ball) const {
  if (!acb_is_finite(ball)) return std::nullopt;
  Number number = Number::FromBall(ball);
  if (number.log2_upper() > (int64_t{1} << kMagnitudeBitsMax)) return std::nullopt;
  return number;
}

namespace {

using ExactOperation = void (*)(fmpq_t, const fmpq_t, const fmpq_t);
using BallOperation = void (*)(acb_t, const acb_t, const acb_t, slong);

MaybeNumber Apply(const Arithmetic& arithmetic, const Number& a, const Number& b,
                  ExactOperation exact, BallOperation on_balls) {
  if (a.is_exact() && b.is_exact() && a.exact_bits() + b.exact_bits() < kExactBitsMax) {
    if (!arithmetic.budget().Spend(1 + (a.exact_bits() + b.exact_bits()) / 16)) return {};
    Fraction result;
    exact(result, a.rational(), b.rational());
    return Number::FromRational(result);
  }
  if (!arithmetic.Pay(1)) return std::nullopt;
  ComplexBall x, y;
  a.ToBall(x, arithmetic.bits());
  b.ToBall(y, arithmetic.bits());
  on_balls(x, x, y, arithmetic.bits());
  return arithmetic.Checked(x);
}

}  // namespace

MaybeNumber Arithmetic::Add(const Number& a, const Number& b) const {
  return Apply(*this, a, b, fmpq_add, acb_add);
}

MaybeNumber Arithmetic::Subtract(const Number& a, const Number& b) const {
  return Apply(*this, a, b, fmpq_sub, acb_sub);
}

MaybeNumber Arithmetic::Multiply(const Number& a, const Number& b) const {
  return Apply(*this, a, b, fmpq_mul, acb_mul);
}

MaybeNumber Arithmetic::Negate(const Number& a) const { return Multiply(a, Number(-1)); }

MaybeNumber Arithmetic::Inverse(const Number& a) const {
  if (!a.excludes_zero() || !Pay(2)) return std::nullopt;
  if (a.is_exact()) {
    Fraction result;
    fmpq_inv(result, a.rational());
    return Number::FromRational(result);
  }
  ComplexBall x;
  acb_inv(x, a.ball(), bits_);
  return Checked(x);
}

MaybeNumber Arithmetic::Constant(const std::string& name) const {
  if (!Pay(4)) return std::nullopt;
  ComplexBall value;
  if (name == "pi") {
    acb_const_pi(value, bits_);
  } else if (name == "e") {
    arb_const_e(acb_realref(value.get()), bits_);
  } else if (name == "i") {
    acb_onei(value);
  } else {
    return std::nullopt;
  }
  return Checked(value);
}

}  // namespace lemma::reason
