#include "service/reason/answer_form.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lemma::reason {
namespace {

constexpr int kPlusMinusMax = 3;
constexpr size_t kMatrixEntriesMax = 64;
constexpr int64_t kTreeNodesMax = 20000;  // products share subtrees; walked, they are this long

// Whether e names a point or a part of a figure: A, AB, \angle ABC. Of no symbol twice, and of no
// lower-case letters: xy is a product.
bool IsFigure(const Expr& e) {
  if (e.Is(ExprKind::kSymbol)) {
    const bool is_point = e.text[0] >= 'A' && e.text[0] <= 'Z';
    return is_point || e.text.starts_with("angle") || e.text.starts_with("triangle");
  }
  return e.Is(ExprKind::kMultiply) && FreeSymbols(e).size() == e.args.size() &&
         std::all_of(e.args.begin(), e.args.end(), [](const ExprPtr& arg) {
           return arg->Is(ExprKind::kText) || (arg->args.empty() && IsFigure(*arg));
         });
}

// m + n, of names that share no symbol.
bool IsSumOfNames(const Expr& e) {
  size_t n_symbols = 0;
  for (const ExprPtr& arg : e.args) {
    if (!IsName(*arg)) return false;
    n_symbols += FreeSymbols(*arg).size();
  }
  return e.Is(ExprKind::kAdd) && n_symbols == FreeSymbols(e).size();
}

bool SharesSymbols(const Expr& a, const Expr& b) {
  const std::set<std::string> of_a = FreeSymbols(a), of_b = FreeSymbols(b);
  return std::any_of(of_a.begin(), of_a.end(),
                     [&](const std::string& name) { return of_b.contains(name); });
}

int CountPlusMinus(const Expr& e) {
  int n = e.Is(ExprKind::kPlusMinus) ? 1 : 0;
  for (const ExprPtr& arg : e.args) n += CountPlusMinus(*arg);
  return n;
}

bool HasLowerSign(const Expr& e) {
  return e.Is(ExprKind::kPlusMinus, "-+") ||
         std::any_of(e.args.begin(), e.args.end(),
                     [](const ExprPtr& arg) { return HasLowerSign(*arg); });
}

// Bit i of `minus` makes the i-th upper sign a minus; with `linked`, bit 0 all of them.
ExprPtr WithSigns(const ExprPtr& e, unsigned minus, bool linked, int& index) {
  if (CountPlusMinus(*e) == 0) return e;
  bool negative = false;
  if (e->Is(ExprKind::kPlusMinus)) {
    negative = ((minus >> (linked ? 0 : index)) & 1) != (e->text == "-+" ? 1u : 0u);
    ++index;
  }
  std::vector<ExprPtr> args;
  for (const ExprPtr& arg : e->args) args.push_back(WithSigns(arg, minus, linked, index));
  if (!e->Is(ExprKind::kPlusMinus)) return MakeExpr(e->kind, e->text, std::move(args));
  return negative ? MakeExpr(ExprKind::kNegate, std::move(args)) : args[0];
}

// The nodes of e, or any negative number once there are more than `n_max`.
int64_t NodesLeft(const Expr& e, int64_t n_max) {
  int64_t left = n_max - 1;
  for (const ExprPtr& arg : e.args) {
    if (left < 0) return left;
    left = NodesLeft(*arg, left);
  }
  return left;
}

struct Shape {
  size_t n_rows, n_columns;
};

Shape ShapeOf(const Expr& matrix) {
  const auto n_rows = static_cast<size_t>(std::stoul(matrix.text));  // the parser's own number
  return {n_rows, matrix.args.size() / n_rows};
}

ExprPtr MakeMatrix(size_t n_rows, std::vector<ExprPtr> entries) {
  return MakeExpr(ExprKind::kMatrix, std::to_string(n_rows), std::move(entries));
}

template <typename F>
ExprPtr EntryByEntry(const Expr& matrix, F f) {
  std::vector<ExprPtr> entries;
  for (const ExprPtr& entry : matrix.args) entries.push_back(f(entry));
  return MakeMatrix(ShapeOf(matrix).n_rows, std::move(entries));
}

ExprPtr MatrixSum(const Expr& a, const Expr& b) {
  if (a.text != b.text || a.args.size() != b.args.size()) return nullptr;
  std::vector<ExprPtr> entries;
  for (size_t i = 0; i < a.args.size(); ++i) {
    entries.push_back(MakeExpr(ExprKind::kAdd, {a.args[i], b.args[i]}));
  }
  return MakeMatrix(ShapeOf(a).n_rows, std::move(entries));
}

ExprPtr MatrixProduct(const Expr& a, const Expr& b) {
  const Shape of_a = ShapeOf(a), of_b = ShapeOf(b);
  if (of_a.n_columns != of_b.n_rows) return nullptr;
  std::vector<ExprPtr> entries;
  for (size_t i = 0; i < of_a.n_rows; ++i) {
    for (size_t j = 0; j < of_b.n_columns; ++j) {
      std::vector<ExprPtr> terms = {MakeNumber(0)};
      for (size_t k = 0; k < of_a.n_columns; ++k) {
        terms.push_back(MakeExpr(ExprKind::kMultiply,
                                 {a.args[i * of_a.n_columns + k], b.args[k * of_b.n_columns + j]}));
      }
      entries.push_back(MakeExpr(ExprKind::kAdd, std::move(terms)));
    }
  }
  return MakeMatrix(of_a.n_rows, std::move(entries));
}

ExprPtr ProductWithMatrices(const Expr& e) {
  std::vector<ExprPtr> scalars;
  ExprPtr matrix;
  for (const ExprPtr& factor : e.args) {
    ExprPtr next = MatrixOf(factor);
    if (next == nullptr) {
      scalars.push_back(factor);
    } else {
      matrix = matrix ? MatrixProduct(*matrix, *next) : next;
      if (matrix == nullptr || NodesLeft(*matrix, kTreeNodesMax) < 0) return nullptr;
    }
  }
  if (matrix == nullptr || scalars.empty()) return matrix;
  return EntryByEntry(*matrix, [&](const ExprPtr& entry) {
    std::vector<ExprPtr> factors = scalars;
    factors.push_back(entry);
    return MakeExpr(ExprKind::kMultiply, std::move(factors));
  });
}

}  // namespace

bool IsName(const Expr& e) {
  switch (e.kind) {
    case ExprKind::kSymbol:
    case ExprKind::kText:
      return true;
    case ExprKind::kMultiply:
      return IsFigure(e);
    case ExprKind::kTuple:
      return std::all_of(e.args.begin(), e.args.end(),
                         [](const ExprPtr& arg) { return IsName(*arg); });
    case ExprKind::kCall: {
      if (IsOwnFunction(e.text)) return true;
      const Expr& of = e.arg(0);
      if (e.text == "abs")
        return (of.Is(ExprKind::kCall) && of.text.starts_with("accent:")) ||
               (!of.args.empty() && IsFigure(of));
      return (e.text == "sin" || e.text == "cos" || e.text == "tan") && IsFigure(of);
    }
    default:
      return false;
  }
}

ExprPtr ValueOfEquation(const ExprPtr& e, bool may_be_sum, ScalarEquality& scalars) {
  if (!e->Is(ExprKind::kRelation) || e->text.find_first_not_of('=') != std::string::npos) {
    return nullptr;
  }
  ExprPtr name = e->args.front(), value = e->args.back();
  if (FreeSymbols(*name).empty() && !IsName(*name)) {
    const bool is_turned = e->args.size() == 2 && (IsName(*value) || IsSumOfNames(*value));
    if (!is_turned) {
      // 1 + 2 = 3; not 5 = 3.
      return scalars.Compare(name, value).sameness == Sameness::kSame ? value : nullptr;
    }
    std::swap(name, value);
  }
  if (IsSumOfNames(*name)) {
    // x + y = 5 tells a sum; x + y = 0 or x + y = z is a line or a plane.
    const std::optional<int> sign = may_be_sum ? scalars.Sign(value) : std::nullopt;
    return sign && *sign != 0 ? value : nullptr;
  }
  if (!IsName(*name)) return nullptr;
  return name->Is(ExprKind::kCall) || !SharesSymbols(*name, *value) ? value : nullptr;
}

std::vector<ExprPtr> ExpandPlusMinus(const ExprPtr& e) {
  const int n_signs = CountPlusMinus(*e);
  const bool linked = HasLowerSign(*e);
  if (n_signs == 0 || n_signs > kPlusMinusMax) return {};
  std::vector<ExprPtr> expanded;
  for (unsigned minus = 0; minus < (linked ? 2u : 1u << n_signs); ++minus) {
    int index = 0;
    expanded.push_back(WithSigns(e, minus, linked, index));
  }
  return expanded;
}

std::optional<Decimal> DecimalOf(const Expr& e) {
  if (e.Is(ExprKind::kNegate)) return DecimalOf(e.arg(0));
  const size_t point = e.text.find('.');
  if (!e.Is(ExprKind::kNumber) || point == std::string::npos ||
      e.text.find('(') != std::string::npos) {
    return std::nullopt;
  }
  const size_t first = e.text.find_first_not_of("0.");
  int n_digits = 0;
  for (size_t i = first; i < e.text.size(); ++i) n_digits += e.text[i] != '.' ? 1 : 0;
  return Decimal{n_digits, static_cast<int>(e.text.size() - point - 1)};
}

ExprPtr MatrixOf(const ExprPtr& e) {
  if (e->Is(ExprKind::kMatrix)) return e->args.size() <= kMatrixEntriesMax ? e : nullptr;
  if (e->Is(ExprKind::kMultiply)) return ProductWithMatrices(*e);
  if (e->Is(ExprKind::kNegate)) {
    const ExprPtr of = MatrixOf(e->args[0]);
    return of ? EntryByEntry(
                    *of, [](const ExprPtr& entry) { return MakeExpr(ExprKind::kNegate, {entry}); })
              : nullptr;
  }
  if (!e->Is(ExprKind::kAdd)) return nullptr;
  ExprPtr sum = MatrixOf(e->args[0]);
  for (size_t i = 1; i < e->args.size() && sum != nullptr; ++i) {
    const ExprPtr next = MatrixOf(e->args[i]);
    sum = next ? MatrixSum(*sum, *next) : nullptr;
  }
  return sum;
}

}  // namespace lemma::reason
