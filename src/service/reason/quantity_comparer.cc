// AnswerComparer on what ends in one number: quantities with units, ratios, numerals, decimals.
#include <cmath>

#include "service/reason/answer_comparer.h"
#include "service/reason/answer_form.h"

namespace lemma::reason {
namespace {

constexpr int kExactDecimals = 2;  // of a gold against a prediction of more: cents, no rounding

ExprPtr Times(const ExprPtr& a, const ExprPtr& b) { return MakeExpr(ExprKind::kMultiply, {a, b}); }

ExprPtr Radians(const ExprPtr& degrees) {
  return MakeExpr(ExprKind::kQuantity, "degree", {degrees});
}

bool HasPi(const Expr& e) {
  if (e.Is(ExprKind::kConstant, "pi")) return true;
  for (const ExprPtr& arg : e.args) {
    if (HasPi(*arg)) return true;
  }
  return false;
}

// 12:30 can be a time of day; then it is no ratio to be reduced.
bool CanBeTime(const Expr& ratio) {
  for (size_t i = 0; i < ratio.args.size(); ++i) {
    const Expr& part = ratio.arg(i);
    if (!part.Is(ExprKind::kNumber) || part.text.size() > 2 ||
        part.text.find('.') != std::string::npos || (i > 0 && part.text.size() != 2) ||
        std::stoi(part.text) >= (i == 0 ? 25 : 60)) {
      return false;
    }
  }
  return ratio.args.size() <= 3;
}

ExprPtr Size(const ExprPtr& e) { return MakeExpr(ExprKind::kCall, "abs", {e}); }

// 10^-n, exactly.
ExprPtr PowerOfTenth(int n) {
  return MakeExpr(ExprKind::kInverse,
                  {MakeExpr(ExprKind::kPower, {MakeNumber(10), MakeNumber(n)})});
}

}  // namespace

AnswerComparer::Outcome AnswerComparer::CompareQuantities(const ExprPtr& gold,
                                                          const ExprPtr& prediction) {
  const bool gold_has = gold->Is(ExprKind::kQuantity);
  const bool prediction_has = prediction->Is(ExprKind::kQuantity);
  const std::string gold_unit = gold_has ? gold->text : "";
  const std::string unit = prediction_has ? prediction->text : "";
  const ExprPtr& a = gold_has ? gold->args[0] : gold;
  const ExprPtr& b = prediction_has ? prediction->args[0] : prediction;
  const bool same_or_none = gold_unit.empty() || unit.empty() || gold_unit == unit;
  // Words of no known unit (apples, 个) say of what the number is.
  if (!same_or_none) return Different("different units: " + gold_unit + " and " + unit);
  for (const std::string& one : {gold_unit, unit}) {
    if (one != "%" && one != "degree") continue;
    return one == "%" ? ComparePercent(a, !gold_unit.empty(), b, !unit.empty())
                      : CompareDegrees(a, !gold_unit.empty(), b, !unit.empty());
  }
  if (a->Is(ExprKind::kRatio) || b->Is(ExprKind::kRatio)) return CompareRatios(a, b);
  return CompareNumbers(a, b);
}

// 28% is 0.28, and 28 where it is clear what of; but 0.5 is 50% and not 0.5%.
AnswerComparer::Outcome AnswerComparer::ComparePercent(const ExprPtr& gold, bool gold_has,
                                                       const ExprPtr& prediction,
                                                       bool prediction_has) {
  if (gold_has == prediction_has) return CompareNumbers(gold, prediction);
  const ExprPtr& bare = gold_has ? prediction : gold;
  if (scalars_.Sign(MakeDifference(Size(bare), MakeNumber(1))) == 1) {
    Outcome outcome = CompareNumbers(gold, prediction);
    if (outcome.same) return outcome;
  }
  const ExprPtr hundred = MakeNumber(100);
  return gold_has ? CompareNumbers(gold, Times(prediction, hundred))
                  : CompareNumbers(Times(gold, hundred), prediction);
}

// 90 degrees is 90, and pi/2.
AnswerComparer::Outcome AnswerComparer::CompareDegrees(const ExprPtr& gold, bool gold_has,
                                                       const ExprPtr& prediction,
                                                       bool prediction_has) {
  Outcome outcome = CompareNumbers(gold, prediction);
  if (outcome.same || gold_has == prediction_has) return outcome;
  const bool in_radians = HasPi(gold_has ? *prediction : *gold);
  if (!in_radians) return outcome;
  return gold_has ? CompareNumbers(Radians(gold), prediction)
                  : CompareNumbers(gold, Radians(prediction));
}

AnswerComparer::Outcome AnswerComparer::CompareNumbers(const ExprPtr& gold,
                                                       const ExprPtr& prediction) {
  if (gold->Is(ExprKind::kBased) || prediction->Is(ExprKind::kBased)) {
    return CompareNumerals(gold, prediction);
  }
  const ScalarDecision decision = scalars_.Compare(gold, prediction);
  if (decision.sameness == Sameness::kSame) return Same(decision.how);
  if (decision.sameness == Sameness::kDifferent && RoundsTo(gold, prediction)) {
    return Same("equal to the digits given");
  }
  return Different(decision.how);
}

// Whether one is a decimal that the other, no integer, rounds or is cut off to. A gold of cents is
// exact.
bool AnswerComparer::RoundsTo(const ExprPtr& gold, const ExprPtr& prediction) {
  const std::optional<Decimal> of_gold = DecimalOf(*gold);
  const std::optional<Decimal> of_prediction = DecimalOf(*prediction);
  if (!of_gold && !of_prediction) return false;
  // The coarser of two decimals rounds the finer.
  const bool by_gold =
      of_gold && (!of_prediction || of_gold->n_decimals <= of_prediction->n_decimals);
  const Decimal& decimal = by_gold ? *of_gold : *of_prediction;
  if (decimal.n_digits < options_.digits_min) return false;
  const bool is_finer = of_prediction && of_prediction->n_decimals > decimal.n_decimals;
  if (by_gold && is_finer && decimal.n_decimals <= kExactDecimals) return false;
  const ExprPtr& exact = by_gold ? prediction : gold;
  const Arithmetic arithmetic(128, budget_);
  const MaybeNumber value = Evaluate(*exact, arithmetic);
  if (!value || value->is_exact_integer()) return false;
  const ExprPtr ulp = PowerOfTenth(decimal.n_decimals);
  const ExprPtr distance = Size(MakeDifference(gold, prediction));
  const std::optional<int> to_half =
      scalars_.Sign(MakeDifference(ulp, Times(distance, MakeNumber(2))));
  if (to_half && *to_half >= 0) return true;  // rounded
  const ExprPtr& cut = by_gold ? gold : prediction;
  const ExprPtr loss = MakeDifference(Size(exact), Size(cut));
  return scalars_.Sign(loss) == 1 && scalars_.Sign(MakeDifference(ulp, distance)) == 1;
}

AnswerComparer::Outcome AnswerComparer::CompareRatios(const ExprPtr& gold,
                                                      const ExprPtr& prediction) {
  const bool both = gold->Is(ExprKind::kRatio) && prediction->Is(ExprKind::kRatio);
  if (both && (CanBeTime(*gold) || gold->args.size() != prediction->args.size())) {
    return CompareOrdered(gold->args, prediction->args);
  }
  if (both) {
    for (size_t i = 1; i < gold->args.size(); ++i) {
      const Outcome outcome = CompareNumbers(Times(gold->args[i], prediction->args[0]),
                                             Times(prediction->args[i], gold->args[0]));
      if (!outcome.same) return outcome;
    }
    return Same("the same ratio");
  }
  const ExprPtr& ratio = gold->Is(ExprKind::kRatio) ? gold : prediction;
  const bool is_time = CanBeTime(*ratio) && ratio->arg(1).text[0] == '0';
  if (ratio->args.size() != 2 || is_time) return Different("a ratio against none");
  const ExprPtr quotient = MakeQuotient(ratio->args[0], ratio->args[1]);
  return gold->Is(ExprKind::kRatio) ? CompareQuantities(quotient, prediction)
                                    : CompareQuantities(gold, quotient);
}

// The gold's base may be left out, never changed.
AnswerComparer::Outcome AnswerComparer::CompareNumerals(const ExprPtr& gold,
                                                        const ExprPtr& prediction) {
  if (!gold->Is(ExprKind::kBased)) return Different("a base that is not asked for");
  const bool has_base = prediction->Is(ExprKind::kBased);
  if (!has_base && !prediction->Is(ExprKind::kNumber)) return Different("no numeral");
  if (has_base && prediction->arg(0).text != gold->arg(0).text) return Different("another base");
  return prediction->text == gold->text ? Same("the same digits") : Different("other digits");
}

}  // namespace lemma::reason
