// The functions that answers use. Names that are not here have no value (expr_value.cc gives those
// of the problem's own functions).
#include <unordered_map>
#include <vector>

#include "service/reason/flint_scope.h"
#include "service/reason/number.h"

namespace lemma::reason {
namespace {

using BallFunction = void (*)(acb_t, const acb_t, slong);

constexpr int64_t kFactorialArgumentMax = 20000;  // 10000! fits kExactBitsMax
constexpr int64_t kGammaArgumentLog2Max = 12;
constexpr int kWeight = 40;  // of an elementary function, in products
constexpr int kGammaWeight = 2000;

BallFunction FindElementary(const std::string& name) {
  static const std::unordered_map<std::string_view, BallFunction> table = {
      {"sin", acb_sin},     {"cos", acb_cos},     {"tan", acb_tan},   {"arcsin", acb_asin},
      {"arccos", acb_acos}, {"arctan", acb_atan}, {"sinh", acb_sinh}, {"cosh", acb_cosh},
      {"tanh", acb_tanh},   {"ln", acb_log},
  };
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

MaybeNumber Elementary(const Arithmetic& arithmetic, BallFunction function, const Number& a) {
  // sin(10^100) would need digits by the hundred; sinh(10^100) could not be written down.
  if (a.log2_upper() > kMagnitudeBitsMax || !arithmetic.Pay(kWeight)) return std::nullopt;
  ComplexBall x;
  a.ToBall(x, arithmetic.bits());
  function(x, x, arithmetic.bits());
  return arithmetic.Checked(x);
}

// ln of a logarithm's argument or base. Of large exact numbers it is fine too.
MaybeNumber Logarithm(const Arithmetic& arithmetic, const Number& a) {
  if (!a.excludes_zero() || !arithmetic.Pay(kWeight)) return std::nullopt;
  if (a.ToInt64() == 1) return Number(0);
  ComplexBall x;
  a.ToBall(x, arithmetic.bits());
  acb_log(x, x, arithmetic.bits());
  return arithmetic.Checked(x);
}

// log_2 8 is exactly 3, so that it has a floor.
MaybeNumber BasedLogarithm(const Arithmetic& arithmetic, const Number& of, const Number& base) {
  const MaybeNumber above = Logarithm(arithmetic, of), below = Logarithm(arithmetic, base);
  const MaybeNumber inverse = below ? arithmetic.Inverse(*below) : std::nullopt;
  const MaybeNumber quotient =
      above && inverse ? arithmetic.Multiply(*above, *inverse) : std::nullopt;
  if (!quotient || quotient->is_exact() || !of.is_exact() || !base.is_exact()) return quotient;
  Fraction nearest;
  if (!arb_get_unique_fmpz(fmpq_numref(nearest.get()), acb_realref(quotient->ball()))) {
    return quotient;
  }
  const Number exponent = Number::FromRational(nearest);
  const MaybeNumber power = arithmetic.Power(base, exponent);
  const bool is_exact = power && power->is_exact() && power->Key() == of.Key();
  return is_exact ? MaybeNumber(exponent) : quotient;
}

MaybeNumber Gamma(const Arithmetic& arithmetic, const Number& a) {
  if (a.log2_upper() > kGammaArgumentLog2Max || !arithmetic.Pay(kGammaWeight)) return std::nullopt;
  ComplexBall x;
  a.ToBall(x, arithmetic.bits());
  acb_gamma(x, x, arithmetic.bits());
  return arithmetic.Checked(x);
}

MaybeNumber Factorial(const Arithmetic& arithmetic, const Number& a) {
  if (!a.is_exact_integer()) {
    const MaybeNumber next = arithmetic.Add(a, Number(1));
    return next ? Gamma(arithmetic, *next) : std::nullopt;
  }
  const std::optional<int64_t> n = a.ToInt64();
  if (!n || *n < 0 || *n > kFactorialArgumentMax) return std::nullopt;
  if (!arithmetic.budget().Spend(1 + *n * 4)) return std::nullopt;
  Fraction result;
  fmpz_fac_ui(fmpq_numref(result.get()), *n);
  const Number factorial = Number::FromRational(result);
  return factorial.exact_bits() <= kExactBitsMax ? MaybeNumber(factorial) : std::nullopt;
}

MaybeNumber DoubleFactorial(const Arithmetic& arithmetic, const Number& a) {
  const std::optional<int64_t> n = a.ToInt64();
  if (!n || *n < 0 || *n > kFactorialArgumentMax) return std::nullopt;
  MaybeNumber product = Number(1);
  for (int64_t factor = *n; factor > 1 && product; factor -= 2) {
    product = arithmetic.Multiply(*product, Number(factor));
  }
  return product;
}

// n (n-1) ... (n-k+1), over k! for a binomial; k a small integer, n anything.
MaybeNumber FallingProduct(const Arithmetic& arithmetic, const Number& n, int64_t k,
                           bool over_factorial) {
  MaybeNumber product = Number(1);
  for (int64_t i = 0; i < k && product; ++i) {
    const MaybeNumber factor = arithmetic.Subtract(n, Number(i));
    product = factor ? arithmetic.Multiply(*product, *factor) : std::nullopt;
    if (product && over_factorial) {
      product = arithmetic.Multiply(*product, *arithmetic.Inverse(Number(i + 1)));
    }
    if (arithmetic.budget().exhausted()) return std::nullopt;
  }
  return product;
}

MaybeNumber Choose(const Arithmetic& arithmetic, const Number& n, const Number& k,
                   bool over_factorial) {
  std::optional<int64_t> n_factors = k.ToInt64();
  const std::optional<int64_t> n_small = n.ToInt64();
  if (over_factorial && n_factors && n_small && *n_small >= *n_factors) {
    n_factors = std::min(*n_factors, *n_small - *n_factors);
  }
  if (n_factors && (*n_factors < 0 || *n_factors > kFactorialArgumentMax)) return std::nullopt;
  if (n_factors) return FallingProduct(arithmetic, n, *n_factors, over_factorial);
  // n! / (k! (n-k)!) by the gamma function.
  const MaybeNumber rest = arithmetic.Subtract(n, k);
  const MaybeNumber above = Factorial(arithmetic, n);
  const MaybeNumber below_k = over_factorial ? Factorial(arithmetic, k) : MaybeNumber(Number(1));
  const MaybeNumber below_rest = rest ? Factorial(arithmetic, *rest) : std::nullopt;
  if (!above || !below_k || !below_rest) return std::nullopt;
  const MaybeNumber below = arithmetic.Multiply(*below_k, *below_rest);
  const MaybeNumber inverse = below ? arithmetic.Inverse(*below) : std::nullopt;
  return inverse ? arithmetic.Multiply(*above, *inverse) : std::nullopt;
}

MaybeNumber Absolute(const Arithmetic& arithmetic, const Number& a) {
  const std::optional<int> sign = a.sign();
  if (sign) return *sign < 0 ? arithmetic.Negate(a) : MaybeNumber(a);
  if (!arithmetic.Pay(4)) return std::nullopt;
  ComplexBall x;
  a.ToBall(x, arithmetic.bits());
  acb_abs(acb_realref(x.get()), x, arithmetic.bits());
  arb_zero(acb_imagref(x.get()));
  return arithmetic.Checked(x);
}

// The floor, or minus the floor of minus a.
MaybeNumber Floor(const Arithmetic& arithmetic, const Number& a, bool is_ceiling) {
  if (!a.is_real() || a.log2_upper() > kExactBitsMax || !arithmetic.Pay(4)) return std::nullopt;
  Fraction result;
  if (a.is_exact()) {
    const auto divide = is_ceiling ? fmpz_cdiv_q : fmpz_fdiv_q;
    divide(fmpq_numref(result.get()), fmpq_numref(a.rational()), fmpq_denref(a.rational()));
    return Number::FromRational(result);
  }
  ComplexBall x;
  const auto round = is_ceiling ? arb_ceil : arb_floor;
  round(acb_realref(x.get()), acb_realref(a.ball()), arithmetic.bits());
  if (!arb_get_unique_fmpz(fmpq_numref(result.get()), acb_realref(x.get()))) return std::nullopt;
  return Number::FromRational(result);
}

MaybeNumber Extreme(const Arithmetic& arithmetic, const std::vector<Number>& args, int sign) {
  Number best = args[0];
  for (const Number& candidate : args) {
    const MaybeNumber difference = arithmetic.Subtract(candidate, best);
    const std::optional<int> order = difference ? difference->sign() : std::nullopt;
    if (!order) return std::nullopt;
    if (*order == sign) best = candidate;
  }
  return best;
}

MaybeNumber CommonDivisor(const Arithmetic& arithmetic, const std::vector<Number>& args,
                          bool is_multiple) {
  Fraction result;
  fmpz_set_si(fmpq_numref(result.get()), is_multiple ? 1 : 0);
  for (const Number& a : args) {
    if (!a.is_exact_integer() || !arithmetic.budget().Spend(1 + a.exact_bits())) return {};
    if (fmpz_bits(fmpq_numref(result.get())) > kExactBitsMax) return std::nullopt;
    const auto fold = is_multiple ? fmpz_lcm : fmpz_gcd;
    fold(fmpq_numref(result.get()), fmpq_numref(result.get()), fmpq_numref(a.rational()));
  }
  return Number::FromRational(result);
}

}  // namespace

MaybeNumber Arithmetic::Call(const std::string& name, const std::vector<Number>& args) const {
  if (args.empty()) return std::nullopt;
  if (name == "max") return Extreme(*this, args, 1);
  if (name == "min") return Extreme(*this, args, -1);
  if (name == "gcd" || name == "lcm") return CommonDivisor(*this, args, name == "lcm");
  if (args.size() == 2 && (name == "binomial" || name == "permutations")) {
    return Choose(*this, args[0], args[1], name == "binomial");
  }
  if (args.size() == 2 && name == "log") return BasedLogarithm(*this, args[0], args[1]);
  if (args.size() != 1) return std::nullopt;
  const Number& a = args[0];
  if (name == "ln") return Logarithm(*this, a);
  if (name == "abs") return Absolute(*this, a);
  if (name == "floor" || name == "ceil") return Floor(*this, a, name == "ceil");
  if (name == "factorial") return Factorial(*this, a);
  if (name == "double_factorial") return DoubleFactorial(*this, a);
  const BallFunction function = FindElementary(name);
  return function ? Elementary(*this, function, a) : std::nullopt;
}

}  // namespace lemma::reason
