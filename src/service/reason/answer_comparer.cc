#include "service/reason/answer_comparer.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "service/reason/answer_form.h"
#include "service/reason/solution_set.h"

namespace lemma::reason {
namespace {

constexpr size_t kElementsMax = 100;  // of several answers; more are compared as text
constexpr int kNestingMax = 6;        // of answers in answers

bool IsSeveral(const Expr& e) { return e.Is(ExprKind::kList) || e.Is(ExprKind::kSet); }

// "1 +- a" becomes a set of two; a list's elements each for themselves.
ExprPtr WithoutPlusMinus(const ExprPtr& e) {
  if (!IsSeveral(*e)) {
    std::vector<ExprPtr> values = ExpandPlusMinus(e);
    return values.empty() ? e : MakeExpr(ExprKind::kSet, std::move(values));
  }
  std::vector<ExprPtr> elements;
  bool any = false;
  for (const ExprPtr& arg : e->args) {
    std::vector<ExprPtr> values = ExpandPlusMinus(arg);
    any = any || !values.empty();
    if (values.empty()) values = {arg};
    elements.insert(elements.end(), values.begin(), values.end());
  }
  return any ? MakeExpr(ExprKind::kSet, std::move(elements)) : e;
}

// One relation of a chain with a sign of = < l n: a > b turned round.
struct Sides {
  char sign;
  ExprPtr left, right;
};

Sides SidesOf(const Expr& chain, size_t at) {
  const char sign = chain.text[at];
  const ExprPtr &left = chain.args[at], &right = chain.args[at + 1];
  if (sign != '>' && sign != 'g') return {sign, left, right};
  return {sign == '>' ? '<' : 'l', right, left};
}

bool IsEquation(const Expr& e) { return e.Is(ExprKind::kRelation) && !IsInequality(e); }

// Whether the names of "x = 4, y = 2" are in order; nullopt for a list without names, or of one.
std::optional<bool> NamesInOrder(const Expr& list, StepBudget& budget) {
  std::vector<std::string> names;
  for (const ExprPtr& arg : list.args) {
    if (!list.Is(ExprKind::kList) || !IsEquation(*arg)) return std::nullopt;
    names.push_back(StructureKey(arg->arg(0), budget));
  }
  const bool differ =
      std::adjacent_find(names.begin(), names.end(), std::not_equal_to<>()) != names.end();
  return differ ? std::optional(std::is_sorted(names.begin(), names.end())) : std::nullopt;
}

// Whether one of two lists says "or" where the other says "and"; a comma says "and" between
// relations, and leaves it open between terms.
bool JoinOtherwise(const Expr& a, const Expr& b) {
  const auto says_and = [](const Expr& list) {
    const bool any_relation = std::any_of(list.args.begin(), list.args.end(), [](const auto& arg) {
      return arg->Is(ExprKind::kRelation);
    });
    return list.Is(ExprKind::kList, "and") || (list.Is(ExprKind::kList) && any_relation);
  };
  return a.Is(ExprKind::kList, "or") ? !b.Is(ExprKind::kList, "or") && says_and(b)
                                     : b.Is(ExprKind::kList, "or") && says_and(a);
}

// Whether a list gives values of one unknown, "1 and 2" or "x = 1, x = 2": the values are the same
// whatever joins them. Those of two unknowns, inequalities and propositions are statements.
bool AreValues(const Expr& list, StepBudget& budget) {
  std::string name;
  for (const ExprPtr& arg : list.args) {
    if (!IsEquation(*arg)) {
      if (!FreeSymbols(*arg).empty()) return false;
      continue;
    }
    const std::string key = StructureKey(arg->arg(0), budget);
    if (!IsName(arg->arg(0)) || (!name.empty() && key != name)) return false;
    name = key;
  }
  return true;
}

}  // namespace

AnswerComparer::Outcome AnswerComparer::Compare(ExprPtr gold, ExprPtr prediction) {
  if (budget_.exhausted()) return Different("too costly to tell");
  const std::string key = StructureKey(*gold, budget_);
  if (!key.empty() && key == StructureKey(*prediction, budget_)) return Same("the same form");
  if (depth_ == kNestingMax) return Different("nested too deeply");
  ++depth_;
  gold = WithoutPlusMinus(gold);
  prediction = WithoutPlusMinus(prediction);
  // "x in S" is S, unless both say of what.
  if (gold->Is(ExprKind::kMember) != prediction->Is(ExprKind::kMember)) {
    ExprPtr& member = gold->Is(ExprKind::kMember) ? gold : prediction;
    if (IsName(member->arg(0))) member = member->args[1];
  }
  // "x = 5" is 5, unless both say of what.
  if (IsEquation(*gold) != IsEquation(*prediction)) {
    const bool of_gold = IsEquation(*gold);
    ExprPtr& equation = of_gold ? gold : prediction;
    ExprPtr value = ValueOfEquation(equation, /*may_be_sum=*/!of_gold, scalars_);
    if (value != nullptr) equation = std::move(value);
  }
  Outcome outcome = CompareByKind(gold, prediction);
  --depth_;
  return outcome;
}

AnswerComparer::Outcome AnswerComparer::CompareByKind(const ExprPtr& gold,
                                                      const ExprPtr& prediction) {
  if (IsEquation(*gold)) return CompareRelations(gold, prediction);
  if (IsCertainlySet(*gold) || prediction->Is(ExprKind::kUnion) ||
      prediction->Is(ExprKind::kIntersection) || prediction->Is(ExprKind::kDifference)) {
    return CompareSets(gold, prediction);
  }
  if (gold->Is(ExprKind::kMember)) return CompareSets(gold, prediction);
  const bool is_alone = prediction->Is(ExprKind::kSet) && prediction->args.size() == 1;
  if (is_alone && !IsSeveral(*gold)) return Compare(gold, prediction->args[0]);
  const std::optional<bool> gold_order = NamesInOrder(*gold, budget_);
  const std::optional<bool> order = NamesInOrder(*prediction, budget_);
  if (gold_order.has_value() != order.has_value() && !gold->Is(ExprKind::kSet)) {
    // The values of x and y, in this order.
    const Expr& bare = gold_order ? *prediction : *gold;
    const bool has_order = bare.Is(ExprKind::kList) || bare.Is(ExprKind::kTuple, "()");
    const bool any_or = gold->Is(ExprKind::kList, "or") || prediction->Is(ExprKind::kList, "or");
    if (!has_order || any_or || !gold_order.value_or(true) || !order.value_or(true)) {
      return Different("values with names against values in no such order");
    }
    return CompareOrdered(gold->args, prediction->args);
  }
  if (gold->Is(ExprKind::kTuple)) return CompareTuples(gold, prediction);
  if (IsSeveral(*gold)) {
    if (IsSeveral(*prediction)) {
      if (gold->text != prediction->text && !AreValues(*gold, budget_)) {
        return CompareStatements(gold, prediction);
      }
      return CompareUnordered(gold->args, prediction->args,
                              gold->Is(ExprKind::kSet) || prediction->Is(ExprKind::kSet));
    }
    if (gold->Is(ExprKind::kList, ",") && prediction->Is(ExprKind::kTuple, "()")) {
      return CompareOrdered(gold->args, prediction->args);
    }
    if (gold->args.size() == 1) return Compare(gold->args[0], prediction);
    return Different("several answers against one");
  }
  if (IsSeveral(*prediction)) return Different("one answer against several");
  const ExprPtr matrix = MatrixOf(gold);
  if (matrix != nullptr) return CompareMatrices(matrix, prediction);
  return CompareQuantities(gold, prediction);
}

// Lists of statements with other words, or a comma, between them: "x > 0 or x < 1" is not "x > 0
// and x < 1".
AnswerComparer::Outcome AnswerComparer::CompareStatements(const ExprPtr& gold,
                                                          const ExprPtr& prediction) {
  const Sameness sameness = CompareSolutionSets(gold, prediction, scalars_, budget_);
  if (sameness == Sameness::kSame) return Same("the same set");
  if (sameness == Sameness::kDifferent || JoinOtherwise(*gold, *prediction)) {
    return Different("statements joined in another way");
  }
  return CompareUnordered(gold->args, prediction->args,
                          gold->Is(ExprKind::kSet) || prediction->Is(ExprKind::kSet));
}

// Equations and chains of relations: the same parts in any order, each up to a factor.
AnswerComparer::Outcome AnswerComparer::CompareRelations(const ExprPtr& gold,
                                                         const ExprPtr& prediction) {
  if (!prediction->Is(ExprKind::kRelation)) return Different("an equation against none");
  const bool one_equation = gold->text == "=" && prediction->text == "=";
  if (one_equation &&
      StructureKey(gold->arg(0), budget_) == StructureKey(prediction->arg(0), budget_)) {
    const Outcome of_values = Compare(gold->args[1], prediction->args[1]);
    if (of_values.same) return of_values;
  }
  const size_t n = gold->text.size();
  if (n != prediction->text.size() || n > kElementsMax) return Different("other relations");
  std::vector<bool> used(n);
  for (size_t i = 0; i < n; ++i) {
    size_t j = 0;
    while (j < n && (used[j] || !SameRelation(gold, i, prediction, j))) ++j;
    if (j == n) return Different("other relations");
    used[j] = true;
  }
  return Same("the same relation");
}

bool AnswerComparer::SameRelation(const ExprPtr& gold, size_t i, const ExprPtr& prediction,
                                  size_t j) {
  const Sides of_gold = SidesOf(*gold, i), of_prediction = SidesOf(*prediction, j);
  if (of_gold.sign != of_prediction.sign) return false;
  const bool is_order = of_gold.sign == '<' || of_gold.sign == 'l';
  const ExprPtr f = MakeDifference(of_gold.left, of_gold.right);
  const ExprPtr g = MakeDifference(of_prediction.left, of_prediction.right);
  if (!FreeSymbols(*f).empty() || !FreeSymbols(*g).empty()) {
    return scalars_.Proportional(f, g, /*by_positive=*/is_order) == Sameness::kSame;
  }
  // f(2) = 5 and f(2) = 7: any two numbers are proportional.
  const auto same = [&](const ExprPtr& a, const ExprPtr& b) {
    return scalars_.Compare(a, b).sameness == Sameness::kSame;
  };
  return (same(of_gold.left, of_prediction.left) && same(of_gold.right, of_prediction.right)) ||
         (!is_order && same(of_gold.left, of_prediction.right) &&
          same(of_gold.right, of_prediction.left));
}

AnswerComparer::Outcome AnswerComparer::CompareSets(const ExprPtr& gold,
                                                    const ExprPtr& prediction) {
  // (0,1) may be a point: an inequality is no way to write it.
  if (gold->Is(ExprKind::kTuple) && !IsCertainlySet(*gold) && IsInequality(*prediction)) {
    return Different("a pair against an inequality");
  }
  if (gold->Is(ExprKind::kList) && prediction->Is(ExprKind::kList) &&
      gold->text != prediction->text) {
    return CompareStatements(gold, prediction);
  }
  if (gold->kind == prediction->kind && gold->kind != ExprKind::kDifference &&
      gold->kind != ExprKind::kRelation && gold->kind != ExprKind::kConstant &&
      gold->kind != ExprKind::kMember) {
    const bool ordered = gold->Is(ExprKind::kTuple);
    const Outcome by_parts = ordered && gold->text != prediction->text ? Different("other brackets")
                             : ordered ? CompareOrdered(gold->args, prediction->args)
                                       : CompareUnordered(gold->args, prediction->args, true);
    if (by_parts.same) return by_parts;
  }
  const Sameness sameness = CompareSolutionSets(gold, prediction, scalars_, budget_);
  if (sameness == Sameness::kSame) return Same("the same set");
  if (sameness == Sameness::kDifferent) return Different("different sets");
  if (gold->Is(ExprKind::kRelation)) return CompareRelations(gold, prediction);
  if (gold->Is(ExprKind::kMember) && prediction->Is(ExprKind::kMember)) {
    return CompareOrdered(gold->args, prediction->args);
  }
  return Different("not the same kind of set");
}

AnswerComparer::Outcome AnswerComparer::CompareTuples(const ExprPtr& gold,
                                                      const ExprPtr& prediction) {
  // A pair's brackets may be an interval's; those of three numbers are a matter of taste.
  const bool is_tuple =
      prediction->Is(ExprKind::kTuple) && (gold->text == prediction->text || gold->args.size() > 2);
  const bool is_bare = prediction->Is(ExprKind::kList, ",") && gold->text == "()";
  if (is_tuple || is_bare) return CompareOrdered(gold->args, prediction->args);
  if (IsCertainlySet(*prediction)) return CompareSets(gold, prediction);
  return Different(prediction->Is(ExprKind::kTuple) ? "other brackets" : "a tuple against none");
}

AnswerComparer::Outcome AnswerComparer::CompareOrdered(const std::vector<ExprPtr>& gold,
                                                       const std::vector<ExprPtr>& prediction) {
  if (gold.size() != prediction.size()) return Different("another number of elements");
  if (gold.size() > kElementsMax) return Different("too many elements");
  for (size_t i = 0; i < gold.size(); ++i) {
    const Outcome outcome = Compare(gold[i], prediction[i]);
    if (!outcome.same) {
      return Different("element " + std::to_string(i + 1) + ": " + outcome.reason);
    }
  }
  return Same("the same elements");
}

AnswerComparer::Outcome AnswerComparer::CompareUnordered(std::vector<ExprPtr> gold,
                                                         std::vector<ExprPtr> prediction,
                                                         bool drop_repeated) {
  if (std::max(gold.size(), prediction.size()) > kElementsMax) {
    return Different("too many elements");
  }
  if (drop_repeated) {
    DropRepeated(gold);
    DropRepeated(prediction);
  }
  if (gold.size() != prediction.size()) return Different("another number of elements");
  for (const ExprPtr& element : gold) {
    const auto found =
        std::find_if(prediction.begin(), prediction.end(),
                     [&](const ExprPtr& candidate) { return Compare(element, candidate).same; });
    if (found == prediction.end()) return Different("an element is missing");
    prediction.erase(found);
  }
  return Same("the same elements in some order");
}

void AnswerComparer::DropRepeated(std::vector<ExprPtr>& elements) {
  std::vector<ExprPtr> kept;
  for (const ExprPtr& element : elements) {
    const bool repeated = std::any_of(kept.begin(), kept.end(), [&](const ExprPtr& earlier) {
      return Compare(earlier, element).same;
    });
    if (!repeated) kept.push_back(element);
  }
  elements = std::move(kept);
}

AnswerComparer::Outcome AnswerComparer::CompareMatrices(const ExprPtr& gold,
                                                        const ExprPtr& prediction) {
  const ExprPtr matrix = MatrixOf(prediction);
  if (matrix == nullptr) return Different("a matrix against none");
  if (gold->text != matrix->text) return Different("another shape");
  return CompareOrdered(gold->args, matrix->args);
}

}  // namespace lemma::reason
