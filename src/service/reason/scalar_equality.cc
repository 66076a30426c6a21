#include "service/reason/scalar_equality.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "service/reason/root_bound.h"

namespace lemma::reason {
namespace {

constexpr int64_t kFirstBits = 128;    // parts most unequal numbers
constexpr int64_t kBitsMax = 1 << 15;  // what a proof may cost
constexpr int64_t kAgreeBits = 1024;   // 300 digits: where no bound is known
constexpr int64_t kPointBits = 256;
constexpr int64_t kPointAgreeBits = 100;
constexpr int kPointsMax = 12;
constexpr int kPointsMin = 3;  // that must have agreed

// Where two terms must agree.
struct Domain {
  bool integers = false;  // values between integers say nothing: (-1)^n, sums up to n
  bool pieces = false;    // what holds here may not hold there: |x + 30|, floor(x)
};

void NotePower(const Expr& e, bool exponent_has, StepBudget& budget, Domain& domain) {
  if (exponent_has && !FreeSymbols(e.arg(0)).empty()) return;
  const Expr& closed = e.arg(exponent_has ? 0 : 1);
  const MaybeNumber value = Evaluate(closed, Arithmetic(kFirstBits, budget));
  if (exponent_has) {
    domain.integers = domain.integers || (value && value->sign() == -1);
  } else {
    domain.pieces = domain.pieces || !value || !value->is_exact_integer();  // \sqrt{x^2}
  }
}

// Whether e has symbols; notes what that asks of the points.
bool HasSymbols(const Expr& e, StepBudget& budget, Domain& domain) {
  bool has = e.Is(ExprKind::kSymbol) || e.Is(ExprKind::kText);
  bool last_has = has;
  for (const ExprPtr& arg : e.args) {
    last_has = HasSymbols(*arg, budget, domain);
    has = has || last_has;
  }
  if (e.Is(ExprKind::kPower) && has) NotePower(e, last_has, budget, domain);
  if (e.Is(ExprKind::kCall) && has) {
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
      return std::find(names.begin(), names.end(), e.text) != names.end();
    };
    domain.integers =
        domain.integers || is_one_of({"gcd", "lcm", "sum", "prod", "double_factorial"});
    domain.pieces =
        domain.pieces || is_one_of({"floor", "ceil", "abs", "max", "min", "gcd", "lcm"});
  }
  return has;
}

// The index-th value: large, below one and negative by turns.
Number PointAt(const std::string& name, int index, bool integers) {
  if (integers) return ArbitraryInteger(name, index, 2, 50);
  const int64_t low = index % 3 == 2 ? -20 : index % 3 == 0 ? 1 : 0;
  const int64_t high = index % 3 == 2 ? 0 : index % 3 == 0 ? 20 : 1;
  return ArbitraryRational(name, index, low, high);
}

// Where pieces are likely to meet: first at integers, then in between and beyond, up to 10^6 on
// either side. Each name comes to them in an order of its own.
constexpr int64_t kMarks[] = {0, 1, -1, 2, 4, 8, 9, 64, 100, 1000, 1024};
constexpr int kMarksCount = std::size(kMarks);
constexpr int kMagnitudes = 6;
constexpr int kPiecePoints = kMarksCount + 2 * kMagnitudes;

Number PiecePointAt(const std::string& name, int index, bool integers) {
  const auto at = index + static_cast<int>(*ArbitraryInteger(name, 0, 0, 1000).ToInt64());
  if (index < kMarksCount) return Number(kMarks[at % kMarksCount]);
  int64_t low = 1;
  for (int i = at % kMagnitudes; i > 0; --i) low *= 10;
  const bool is_negative = at / kMagnitudes % 2 == 1;
  const int64_t from = is_negative ? -10 * low : low, to = is_negative ? -low : 10 * low;
  return integers ? ArbitraryInteger(name, index, from, to)
                  : ArbitraryRational(name, index, from, to);
}

std::vector<Assignment> PointsFor(const ExprPtr& a, const ExprPtr& b, StepBudget& budget) {
  std::set<std::string> symbols = FreeSymbols(*a);
  symbols.merge(FreeSymbols(*b));
  Domain domain;
  HasSymbols(*a, budget, domain);
  HasSymbols(*b, budget, domain);
  std::vector<Assignment> points(kPointsMax + (domain.pieces ? kPiecePoints : 0));
  for (int i = 0; i < static_cast<int>(points.size()); ++i) {
    for (const std::string& name : symbols) {
      points[i][name] = i < kPointsMax ? PointAt(name, i, domain.integers)
                                       : PiecePointAt(name, i - kPointsMax, domain.integers);
    }
  }
  return points;
}

// Of two values whose difference this is, at kPointBits.
Sameness SameAtPoint(const Number& difference, const Number& value) {
  if (difference.excludes_zero()) return Sameness::kDifferent;
  if (difference.is_exact()) return Sameness::kSame;
  const int64_t scale = value.excludes_zero() ? value.log2_upper() : 0;
  return difference.log2_upper() < scale - kPointAgreeBits ? Sameness::kSame : Sameness::kUnknown;
}

}  // namespace

ScalarDecision ScalarEquality::Compare(const ExprPtr& a, const ExprPtr& b) {
  if (FreeSymbols(*a).empty() && FreeSymbols(*b).empty()) return CompareClosed(a, b);
  ScalarDecision decision = CompareAtPoints(a, b, /*only_real=*/true);
  if (decision.sameness == Sameness::kUnknown) {
    decision = CompareAtPoints(a, b, /*only_real=*/false);
  }
  return decision;
}

ScalarDecision ScalarEquality::CompareClosed(const ExprPtr& a, const ExprPtr& b) {
  const ExprPtr difference = MakeDifference(a, b);
  const MaybeNumber first = Evaluate(*difference, Arithmetic(kFirstBits, budget_));
  if (!first) return {Sameness::kUnknown, "no value, or one too large"};
  if (first->excludes_zero()) return {Sameness::kDifferent, "different values"};
  if (first->is_exact()) return {Sameness::kSame, "equal, exactly"};

  const MaybeNumber size = Evaluate(*a, Arithmetic(kFirstBits, budget_));
  const int64_t scale = size ? size->log2_upper() : kBitsMax;
  std::optional<RootBound> bound = RootBoundOf(*difference, budget_);
  // Small numbers under many roots: a proof would need more digits than doubt deserves.
  if (bound && bound->bits > kBitsMax && bound->size_bits < kAgreeBits / 4) bound.reset();
  // Without a bound, numbers agree relative to their size.
  const int64_t below = bound ? static_cast<int64_t>(std::min<double>(bound->bits, kBitsMax))
                              : kAgreeBits - (size && size->excludes_zero() ? scale : 0);
  const int64_t bits = below + std::max<int64_t>(scale, 0) + 64;
  if (scale >= kBitsMax || bits > kBitsMax) return {Sameness::kUnknown, "too costly to tell"};
  const MaybeNumber second = Evaluate(*difference, Arithmetic(bits, budget_));
  if (!second) return {Sameness::kUnknown, "too costly to tell"};
  if (second->excludes_zero()) return {Sameness::kDifferent, "different values"};
  if (second->log2_upper() > -below) return {Sameness::kUnknown, "too near to tell"};
  return {Sameness::kSame, bound ? "equal, proved by a bound on roots" : "equal to 300 digits"};
}

ScalarDecision ScalarEquality::CompareAtPoints(const ExprPtr& a, const ExprPtr& b, bool only_real) {
  const Arithmetic arithmetic(kPointBits, budget_);
  int n_same = 0;
  for (const Assignment& point : PointsFor(a, b, budget_)) {
    const MaybeNumber value = Evaluate(*a, arithmetic, point);
    if (!value || (only_real && !value->is_real())) continue;
    const MaybeNumber other = Evaluate(*b, arithmetic, point);
    const MaybeNumber difference = other ? arithmetic.Subtract(*value, *other) : std::nullopt;
    if (!difference) continue;
    const Sameness sameness = SameAtPoint(*difference, *value);
    if (sameness == Sameness::kDifferent) return {sameness, "different as functions"};
    if (sameness == Sameness::kSame) ++n_same;
  }
  if (n_same < kPointsMin || budget_.exhausted()) {
    return {Sameness::kUnknown, "too few values to compare"};
  }
  return {Sameness::kSame, "equal as functions"};
}

Sameness ScalarEquality::Proportional(const ExprPtr& a, const ExprPtr& b, bool by_positive) {
  const Arithmetic arithmetic(kPointBits, budget_);
  MaybeNumber a0, b0;
  int n_same = 0;
  for (const Assignment& point : PointsFor(a, b, budget_)) {
    const MaybeNumber at_a = Evaluate(*a, arithmetic, point);
    const MaybeNumber at_b = Evaluate(*b, arithmetic, point);
    if (!at_a || !at_b) continue;
    if (!a0) {
      if (!at_a->excludes_zero() || !at_b->excludes_zero()) return Sameness::kUnknown;
      a0 = at_a;
      b0 = at_b;
      const MaybeNumber product = arithmetic.Multiply(*a0, *b0);
      if (!product || (by_positive && product->sign() != 1)) return Sameness::kUnknown;
      continue;
    }
    const MaybeNumber left = arithmetic.Multiply(*at_a, *b0);
    const MaybeNumber right = arithmetic.Multiply(*at_b, *a0);
    const MaybeNumber difference =
        left && right ? arithmetic.Subtract(*left, *right) : std::nullopt;
    if (!difference) continue;
    const Sameness sameness = SameAtPoint(*difference, *left);
    if (sameness == Sameness::kDifferent) return sameness;
    if (sameness == Sameness::kSame) ++n_same;
  }
  return n_same >= kPointsMin && !budget_.exhausted() ? Sameness::kSame : Sameness::kUnknown;
}

std::optional<int> ScalarEquality::Sign(const ExprPtr& e) {
  const MaybeNumber value = Evaluate(*e, Arithmetic(kFirstBits, budget_));
  if (value && value->sign()) return value->sign();
  return CompareClosed(e, MakeNumber(0)).sameness == Sameness::kSame ? std::optional(0)
                                                                     : std::nullopt;
}

}  // namespace lemma::reason
