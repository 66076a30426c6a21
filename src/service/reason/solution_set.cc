#include "service/reason/solution_set.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace lemma::reason {
namespace {

constexpr size_t kEndsMax = 64;

bool IsInfinity(const Expr& e) {
  return e.Is(ExprKind::kConstant, "infinity") ||
         (e.Is(ExprKind::kNegate) && e.arg(0).Is(ExprKind::kConstant, "infinity"));
}

ExprPtr Infinity(bool negative) {
  ExprPtr infinity = MakeExpr(ExprKind::kConstant, "infinity");
  return negative ? MakeExpr(ExprKind::kNegate, {infinity}) : infinity;
}

ExprPtr Reals() { return MakeExpr(ExprKind::kConstant, "reals"); }

ExprPtr Substitute(const ExprPtr& e, const std::string& symbol, const ExprPtr& value) {
  if (e->Is(ExprKind::kSymbol, symbol)) return value;
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : e->args) args.push_back(Substitute(arg, symbol, value));
  return args.empty() ? e : MakeExpr(e->kind, e->text, std::move(args));
}

// What an inequality can be about without being solved first: x, f(x), a product of letters "ms".
// Not x^2 or 2x.
bool IsUnknown(const Expr& e) {
  const bool is_name = e.Is(ExprKind::kSymbol) || e.Is(ExprKind::kText);
  return is_name || (e.Is(ExprKind::kCall) && IsOwnFunction(e.text)) ||
         (e.Is(ExprKind::kMultiply) &&
          std::all_of(e.args.begin(), e.args.end(),
                      [](const auto& arg) { return arg->Is(ExprKind::kSymbol); }));
}

// Of a set that SetBuilder built; nullopt where an end point's place is uncertain.
std::optional<bool> IsEmpty(const Expr& set, ScalarEquality& scalars);

// Turns a tree into one of sets alone: intervals (kTuple), kSet, unions, intersections,
// differences.
class SetBuilder {
 public:
  SetBuilder(ScalarEquality& scalars, StepBudget& budget) : scalars_(scalars), budget_(budget) {}

  // nullptr where e is no set.
  ExprPtr Build(const ExprPtr& e) {
    switch (e->kind) {
      case ExprKind::kTuple:
        return IsInterval(*e) && IsOrdered(*e) ? e : nullptr;
      case ExprKind::kSet:
        return AllClosed(*e) ? e : nullptr;
      case ExprKind::kConstant:
        return e->text == "reals" || e->text == "emptyset" ? e : nullptr;
      case ExprKind::kUnion:
      case ExprKind::kIntersection:
      case ExprKind::kDifference:
        return BuildAll(e->kind, e->args);
      case ExprKind::kMember:
        return IsUnknown(e->arg(0)) && NoteUnknown(e->args[0]) ? Build(e->args[1]) : nullptr;
      case ExprKind::kList:
        if (e->text == "and") return BuildAll(ExprKind::kIntersection, e->args);
        if (e->text == "or") return BuildAll(ExprKind::kUnion, e->args);
        return e->text == "," ? BuildCommaList(*e) : nullptr;
      case ExprKind::kRelation:
        return BuildRelation(*e);
      default:
        return nullptr;
    }
  }

  const std::string& unknown() const { return unknown_; }  // its key; "" where none is named

 private:
  static bool IsClosed(const Expr& e) { return IsInfinity(e) || FreeSymbols(e).empty(); }

  static bool AllClosed(const Expr& e) {
    return std::all_of(e.args.begin(), e.args.end(),
                       [](const ExprPtr& arg) { return IsClosed(*arg); });
  }

  static bool IsInterval(const Expr& e) { return e.args.size() == 2 && AllClosed(e); }

  // (5,2] is no interval: an empty set would be the same as any other.
  bool IsOrdered(const Expr& e) {
    if (IsInfinity(e.arg(0)) || IsInfinity(e.arg(1))) return true;
    const std::optional<int> sign = scalars_.Sign(MakeDifference(e.args[1], e.args[0]));
    return sign && *sign >= 0;
  }

  ExprPtr BuildAll(ExprKind kind, const std::vector<ExprPtr>& from) {
    std::vector<ExprPtr> sets;
    for (const ExprPtr& e : from) {
      sets.push_back(Build(e));
      if (sets.back() == nullptr) return nullptr;
    }
    return MakeExpr(kind, std::move(sets));
  }

  // -1 < x, x < 1: what the relations have in common or, where that is nothing, all that they hold
  // for: x < 0, x > 1.
  ExprPtr BuildCommaList(const Expr& list) {
    for (const ExprPtr& arg : list.args) {
      if (!arg->Is(ExprKind::kRelation)) return nullptr;
    }
    ExprPtr common = BuildAll(ExprKind::kIntersection, list.args);
    if (common == nullptr) return nullptr;
    const std::optional<bool> empty = IsEmpty(*common, scalars_);
    if (!empty) return nullptr;
    return *empty ? MakeExpr(ExprKind::kUnion, common->args) : common;
  }

  // All relations of one answer must be about one unknown.
  bool NoteUnknown(const ExprPtr& e) {
    const std::string key = StructureKey(*e, budget_);
    if (!unknown_.empty() && unknown_ != key) return false;
    unknown_ = key;
    return true;
  }

  // a < x <= b: the intersection of its parts.
  ExprPtr BuildRelation(const Expr& e) {
    std::vector<ExprPtr> parts;
    for (size_t i = 0; i < e.text.size(); ++i) {
      parts.push_back(BuildPart(e.args[i], e.text[i], e.args[i + 1]));
      if (parts.back() == nullptr) return nullptr;
    }
    return parts.size() == 1 ? parts[0] : MakeExpr(ExprKind::kIntersection, std::move(parts));
  }

  ExprPtr BuildPart(const ExprPtr& left, char sign, const ExprPtr& right) {
    if (IsClosed(*left) == IsClosed(*right)) return BuildLinear(left, sign, right);
    if (!IsClosed(*right)) return BuildPart(right, Flipped(sign), left);
    if (IsUnknown(*left)) return NoteUnknown(left) ? HalfLine(sign, right) : nullptr;
    if (left->Is(ExprKind::kCall, "abs")) return BuildAbsolute(left->args[0], sign, right);
    return BuildLinear(left, sign, right);
  }

  // |x| < a is -a < x < a, and |x| > a one of two half-lines; but |z| < a is a disk.
  ExprPtr BuildAbsolute(const ExprPtr& of, char sign, const ExprPtr& end) {
    const std::set<std::string> symbols = FreeSymbols(*of);
    if (sign == '=' || sign == 'n' || symbols.contains("z") || symbols.contains("w")) {
      return nullptr;
    }
    ExprPtr above = BuildLinear(of, sign, end);
    ExprPtr below = BuildLinear(of, Flipped(sign), MakeExpr(ExprKind::kNegate, {end}));
    if (above == nullptr || below == nullptr) return nullptr;
    const bool is_inside = sign == '<' || sign == 'l';
    return MakeExpr(is_inside ? ExprKind::kIntersection : ExprKind::kUnion, {above, below});
  }

  static char Flipped(char sign) {
    constexpr std::string_view kSigns = "<>lg", kFlipped = "><gl";
    const size_t at = kSigns.find(sign);
    return at == kSigns.npos ? sign : kFlipped[at];
  }

  // The x with x <sign> end. A linear term in x instead of x itself is solved for x first.
  ExprPtr HalfLine(char sign, const ExprPtr& end) {
    const bool below = sign == '<' || sign == 'l';
    if (sign == '=' || sign == 'n') {
      ExprPtr point = MakeExpr(ExprKind::kSet, {end});
      return sign == '=' ? point : MakeExpr(ExprKind::kDifference, {Reals(), point});
    }
    const bool closed = sign == 'l' || sign == 'g';
    return below ? MakeExpr(ExprKind::kTuple, closed ? "(]" : "()", {Infinity(true), end})
                 : MakeExpr(ExprKind::kTuple, closed ? "[)" : "()", {end, Infinity(false)});
  }

  // 2x + 1 < x: with f = left - right, f(x) = f(0) + slope x, so x <sign> -f(0) / slope.
  ExprPtr BuildLinear(const ExprPtr& left, char sign, const ExprPtr& right) {
    const ExprPtr f = MakeDifference(left, right);
    const std::set<std::string> symbols = FreeSymbols(*f);
    if (symbols.size() != 1) return nullptr;
    const std::string& name = *symbols.begin();
    const ExprPtr x = MakeExpr(ExprKind::kSymbol, name);
    const ExprPtr at_zero = Substitute(f, name, MakeNumber(0));
    const ExprPtr slope = MakeDifference(Substitute(f, name, MakeNumber(1)), at_zero);
    const std::optional<int> direction = scalars_.Sign(slope);
    if (!direction || *direction == 0 || !NoteUnknown(x)) return nullptr;
    const ExprPtr linear =
        MakeExpr(ExprKind::kAdd, {at_zero, MakeExpr(ExprKind::kMultiply, {slope, x})});
    if (scalars_.Compare(f, linear).sameness != Sameness::kSame) return nullptr;
    const ExprPtr end = MakeExpr(ExprKind::kNegate, {MakeQuotient(at_zero, slope)});
    return HalfLine(*direction > 0 ? sign : Flipped(sign), end);
  }

  ScalarEquality& scalars_;
  StepBudget& budget_;
  std::string unknown_;
};

// The end points of some sets in order: e_0 < e_1 < ... Cell 2i+1 is the point e_i; cell 2i is the
// gap before it, and the last one the gap after all.
class Cells {
 public:
  explicit Cells(ScalarEquality& scalars) : scalars_(scalars) {}

  // False where an end point's place is uncertain.
  bool Note(const Expr& set) {
    const bool holds_ends = set.Is(ExprKind::kTuple) || set.Is(ExprKind::kSet);
    for (const ExprPtr& arg : set.args) {
      if (!(holds_ends ? Insert(arg) : Note(*arg))) return false;
    }
    return true;
  }

  size_t size() const { return 2 * ends_.size() + 1; }

  bool Contains(const Expr& set, size_t cell) const {
    const auto contains = [&](const ExprPtr& arg) { return Contains(*arg, cell); };
    switch (set.kind) {
      case ExprKind::kTuple:
        return IntervalContains(set, cell);
      case ExprKind::kSet:
        return std::any_of(set.args.begin(), set.args.end(),
                           [&](const ExprPtr& point) { return CellOf(point) == cell; });
      case ExprKind::kUnion:
        return std::any_of(set.args.begin(), set.args.end(), contains);
      case ExprKind::kIntersection:
        return std::all_of(set.args.begin(), set.args.end(), contains);
      case ExprKind::kDifference:
        return Contains(set.arg(0), cell) && !Contains(set.arg(1), cell);
      default:
        return set.text == "reals";
    }
  }

 private:
  bool Insert(const ExprPtr& end) {
    if (IsInfinity(*end)) return true;
    size_t at = 0;
    for (; at < ends_.size(); ++at) {
      const std::optional<int> order = scalars_.Sign(MakeDifference(end, ends_[at]));
      if (!order) return false;
      if (*order == 0) {
        cell_of_.emplace_back(end.get(), at);
        return true;
      }
      if (*order < 0) break;
    }
    if (!scalars_.Sign(end) || ends_.size() == kEndsMax) return false;
    for (auto& [expr, index] : cell_of_) index += index >= at ? 1 : 0;
    cell_of_.emplace_back(end.get(), at);
    ends_.insert(ends_.begin() + static_cast<std::ptrdiff_t>(at), end);
    return true;
  }

  // The cell of a noted end point; of an infinity, one before or after all.
  size_t CellOf(const ExprPtr& end) const {
    for (const auto& [expr, index] : cell_of_) {
      if (expr == end.get()) return 2 * index + 1;
    }
    return 0;
  }

  bool IntervalContains(const Expr& set, size_t cell) const {
    const size_t low = CellOf(set.args[0]), high = CellOf(set.args[1]);
    const bool from = IsInfinity(set.arg(0)) || cell > low || (cell == low && set.text[0] == '[');
    const bool to = IsInfinity(set.arg(1)) || cell < high || (cell == high && set.text[1] == ']');
    return from && to;
  }

  ScalarEquality& scalars_;
  std::vector<ExprPtr> ends_;
  std::vector<std::pair<const Expr*, size_t>> cell_of_;  // of every end point, equal ones too
};

std::optional<bool> IsEmpty(const Expr& set, ScalarEquality& scalars) {
  Cells cells(scalars);
  if (!cells.Note(set)) return std::nullopt;
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    if (cells.Contains(set, cell)) return false;
  }
  return true;
}

}  // namespace

bool IsInequality(const Expr& e) {
  return e.Is(ExprKind::kRelation) && e.text.find_first_of("<>lgn") != std::string::npos;
}

bool IsCertainlySet(const Expr& e) {
  switch (e.kind) {
    case ExprKind::kUnion:
    case ExprKind::kIntersection:
    case ExprKind::kDifference:
      return true;
    case ExprKind::kConstant:
      return e.text == "reals" || e.text == "emptyset";
    case ExprKind::kTuple:
      return e.args.size() == 2 && (e.text != "()" || IsInfinity(e.arg(0)) || IsInfinity(e.arg(1)));
    case ExprKind::kList:
      return (e.text == "or" || e.text == "and") &&
             std::all_of(e.args.begin(), e.args.end(), [](const ExprPtr& arg) {
               return IsInequality(*arg) || IsCertainlySet(*arg);
             });
    default:
      return IsInequality(e);
  }
}

Sameness CompareSolutionSets(const ExprPtr& a, const ExprPtr& b, ScalarEquality& scalars,
                             StepBudget& budget) {
  SetBuilder of_a(scalars, budget), of_b(scalars, budget);
  const ExprPtr set_a = of_a.Build(a), set_b = of_b.Build(b);
  if (set_a == nullptr || set_b == nullptr || budget.exhausted()) return Sameness::kUnknown;
  const bool both_named = !of_a.unknown().empty() && !of_b.unknown().empty();
  if (both_named && of_a.unknown() != of_b.unknown()) return Sameness::kUnknown;
  Cells cells(scalars);
  if (!cells.Note(*set_a) || !cells.Note(*set_b)) return Sameness::kUnknown;
  for (size_t cell = 0; cell < cells.size(); ++cell) {
    if (cells.Contains(*set_a, cell) != cells.Contains(*set_b, cell)) return Sameness::kDifferent;
  }
  return Sameness::kSame;
}

}  // namespace lemma::reason
