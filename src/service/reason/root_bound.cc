#include "service/reason/root_bound.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "service/reason/expr_value.h"

namespace lemma::reason {
namespace {

constexpr double kSlack = 1.001;  // for the rounding of the logarithms below
constexpr double kDegreeMax = 1e6;
constexpr int64_t kProbeBits = 64;  // exact values need none

// log2 of u and l of the paper, and never below 0 here (only larger, so still a bound).
struct Sizes {
  double u = 0;
  double l = 0;
};

class BoundOfTree {
 public:
  explicit BoundOfTree(StepBudget& budget) : budget_(budget) {}

  std::optional<Sizes> Of(const Expr& e) {
    const MaybeNumber value = Evaluate(e, Arithmetic(kProbeBits, budget_));
    if (value && value->is_exact()) return OfRational(*value);
    switch (e.kind) {
      case ExprKind::kAdd:
        return Fold(e, [](Sizes a, Sizes b) {
          return Sizes{std::max(a.u + b.l, a.l + b.u) + 1, a.l + b.l};
        });
      case ExprKind::kMultiply:
        return Fold(e, [](Sizes a, Sizes b) { return Sizes{a.u + b.u, a.l + b.l}; });
      case ExprKind::kNegate:
        return Of(e.arg(0));
      case ExprKind::kInverse: {
        const std::optional<Sizes> of = Of(e.arg(0));
        return of ? std::optional(Sizes{of->l, of->u}) : std::nullopt;
      }
      case ExprKind::kPower:
        return OfPower(e);
      case ExprKind::kConstant:
        if (e.text != "i") return std::nullopt;
        radicals_["i"] = 2;  // the root of -1
        return Sizes{0, 0};
      default:
        return std::nullopt;
    }
  }

  double degree() const {
    double degree = 1;
    for (const auto& [key, index] : radicals_) degree = std::min(degree * index, kDegreeMax);
    return degree;
  }

 private:
  static Sizes OfRational(const Number& value) {
    return {static_cast<double>(fmpz_bits(fmpq_numref(value.rational()))),
            static_cast<double>(fmpz_bits(fmpq_denref(value.rational())))};
  }

  template <typename F>
  std::optional<Sizes> Fold(const Expr& e, F f) {
    std::optional<Sizes> sizes = Of(e.arg(0));
    for (size_t i = 1; i < e.args.size() && sizes; ++i) {
      const std::optional<Sizes> next = Of(e.arg(i));
      sizes = next ? std::optional(f(*sizes, *next)) : std::nullopt;
    }
    return sizes;
  }

  // base^(p/q): the p-th power of a root, or of its inverse.
  std::optional<Sizes> OfPower(const Expr& e) {
    const MaybeNumber exponent = Evaluate(e.arg(1), Arithmetic(kProbeBits, budget_));
    if (!exponent || !exponent->is_exact() || exponent->exact_bits() > 16) return std::nullopt;
    std::optional<Sizes> base = Of(e.arg(0));
    if (!base) return std::nullopt;
    const auto p = static_cast<double>(fmpz_get_si(fmpq_numref(exponent->rational())));
    const auto q = static_cast<double>(fmpz_get_si(fmpq_denref(exponent->rational())));
    if (q > 1) {
      const std::string key = std::to_string(q) + StructureKey(e.arg(0), budget_);
      radicals_[key] = q;
    }
    const double power = std::abs(p) / q;
    if (p < 0) std::swap(base->u, base->l);
    return Sizes{base->u * power, base->l * power};
  }

  StepBudget& budget_;
  std::map<std::string, double> radicals_;  // each root once, with its index
};

}  // namespace

std::optional<RootBound> RootBoundOf(const Expr& e, StepBudget& budget) {
  BoundOfTree bound(budget);
  const std::optional<Sizes> sizes = bound.Of(e);
  if (!sizes || budget.exhausted()) return std::nullopt;
  const double degree = bound.degree();
  const double bits = ((degree * degree - 1) * sizes->u + sizes->l) * kSlack + 1;
  return RootBound{bits, sizes->u};
}

}  // namespace lemma::reason
