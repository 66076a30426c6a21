// Powers, where sizes explode: each is estimated before it is computed.
#include <cmath>

#include "service/reason/flint_scope.h"
#include "service/reason/number.h"

namespace lemma::reason {
namespace {

constexpr int64_t kRootIndexMax = 4096;

// base^exponent is exactly 0, 1 or -1, whatever the exponent's size.
MaybeNumber TrivialPower(const Number& base, const fmpz_t exponent) {
  const std::optional<int64_t> small = base.ToInt64();
  if (!small || *small < -1 || *small > 1) return std::nullopt;
  if (*small == 0) return fmpz_sgn(exponent) > 0 ? MaybeNumber(Number(0)) : std::nullopt;
  return Number(*small == 1 || fmpz_is_even(exponent) ? 1 : -1);
}

// The exact index-th root of a non-negative rational, where it is rational.
bool ExactRoot(fmpq_t root, const fmpq_t of, int64_t index) {
  return fmpz_root(fmpq_numref(root), fmpq_numref(of), index) != 0 &&
         fmpz_root(fmpq_denref(root), fmpq_denref(of), index) != 0;
}

}  // namespace

MaybeNumber Arithmetic::Power(const Number& base, const Number& exponent) const {
  if (!exponent.is_exact()) return GeneralPower(base, exponent);
  if (exponent.is_exact_integer()) return IntegerPower(base, fmpq_numref(exponent.rational()));
  return RationalPower(base, exponent.rational());
}

MaybeNumber Arithmetic::IntegerPower(const Number& base, const fmpz_t exponent) const {
  if (MaybeNumber trivial = TrivialPower(base, exponent)) return trivial;
  if (fmpz_is_zero(exponent)) return base.excludes_zero() ? MaybeNumber(Number(1)) : std::nullopt;
  if (!base.excludes_zero() && fmpz_sgn(exponent) < 0) return std::nullopt;
  if (fmpz_bits(exponent) > kMagnitudeBitsMax) return std::nullopt;
  const int64_t n = fmpz_get_si(exponent);
  const int64_t n_abs = std::abs(n);
  if (base.is_exact() && base.exact_bits() <= kExactBitsMax / n_abs) {
    if (!budget_.Spend(1 + base.exact_bits() * n_abs / 8)) return std::nullopt;
    Fraction result;
    if (fmpq_is_zero(base.rational())) return n > 0 ? MaybeNumber(Number(0)) : std::nullopt;
    fmpq_pow_si(result, base.rational(), n);
    return Number::FromRational(result);
  }
  // A bound on the result's size; a ball near zero only makes it smaller.
  const int64_t log2 = std::abs(base.log2_upper());
  if (log2 > (int64_t{1} << kMagnitudeBitsMax) / n_abs) return std::nullopt;
  if (!Pay(2 * kMagnitudeBitsMax)) return std::nullopt;
  ComplexBall x;
  base.ToBall(x, bits_);
  acb_pow_fmpz(x, x, exponent, bits_);
  return Checked(x);
}

MaybeNumber Arithmetic::RationalPower(const Number& base, const fmpq_t exponent) const {
  if (!fmpz_fits_si(fmpq_denref(exponent)) || fmpz_get_si(fmpq_denref(exponent)) > kRootIndexMax) {
    return GeneralPower(base, Number::FromRational(exponent));
  }
  const int64_t index = fmpz_get_si(fmpq_denref(exponent));
  const std::optional<int> sign = base.sign();
  if (sign == 0) return fmpq_sgn(exponent) > 0 ? MaybeNumber(Number(0)) : std::nullopt;
  const bool is_negative = base.is_real() && sign == -1;
  if (is_negative && index % 2 == 1) {
    const MaybeNumber size = RationalPower(*Negate(base), exponent);
    const bool is_odd = fmpz_is_odd(fmpq_numref(exponent)) != 0;
    return size && is_odd ? Negate(*size) : size;
  }
  if (base.is_exact() && !is_negative) {
    if (!budget_.Spend(1 + base.exact_bits())) return std::nullopt;
    Fraction root;
    if (ExactRoot(root, base.rational(), index)) {
      return IntegerPower(Number::FromRational(root), fmpq_numref(exponent));
    }
  }
  if (!Pay(40)) return std::nullopt;
  ComplexBall x;
  base.ToBall(x, bits_);
  if (index == 2) {
    acb_sqrt(x, x, bits_);
  } else if (sign == 1 && base.is_real()) {
    arb_root_ui(acb_realref(x.get()), acb_realref(x.get()), index, bits_);
  } else {
    acb_root_ui(x, x, index, bits_);
  }
  const MaybeNumber root = Checked(x);
  return root ? IntegerPower(*root, fmpq_numref(exponent)) : std::nullopt;
}

MaybeNumber Arithmetic::GeneralPower(const Number& base, const Number& exponent) const {
  if (!base.excludes_zero() || !Pay(60)) return std::nullopt;
  ComplexBall x, y;
  base.ToBall(x, bits_);
  exponent.ToBall(y, bits_);
  acb_log(x, x, bits_);
  acb_mul(x, x, y, bits_);
  const MaybeNumber logarithm = Checked(x);
  if (!logarithm || logarithm->log2_upper() > kMagnitudeBitsMax) return std::nullopt;
  acb_exp(x, x, bits_);
  return Checked(x);
}

}  // namespace lemma::reason
