// One mathematical answer as a small immutable tree. Subtrees are shared.
//
// Threads: any; nothing changes after it is built.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lemma::reason {

enum class ExprKind {
  kNumber,    // text: "12", "0.50", ".5", "0.1(6)" with its repeating digits in parentheses
  kSymbol,    // text: a name, "x", "x_1", "alpha"
  kConstant,  // text: "pi", "e", "i", "infinity", "emptyset", "reals", "integers", ...
  kAdd,       // args, at least 2
  kMultiply,  // args, at least 2
  kNegate,    // a
  kInverse,   // 1 / a
  kPower,     // base, exponent; an odd root of a negative real is real
  kCall,  // text: function; args. "factorial", "binomial", "abs", "sum" (symbol, from, to, body)
  kPlusMinus,     // text: "+-" or "-+"; a
  kQuantity,      // text: unit ("cm^2", "%", "degree"); a
  kBased,         // text: digits; base
  kText,          // text: words, in lower case
  kTuple,         // text: its two brackets, "()", "[)"; args. Two numbers may also be an interval
  kSet,           // args, any number
  kList,          // text: "," ";" "and" "or"; args, at least 2: several answers
  kUnion,         // args, at least 2
  kIntersection,  // args, at least 2
  kDifference,    // a, b
  kMember,        // a, set
  kRelation,      // text: one of = < > l g n (l for <=, g for >=, n for "not equal") a gap; args
  kRatio,         // args, at least 2: a : b : c
  kMatrix,        // text: number of rows; args by row
};

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  ExprKind kind;
  std::string text;
  std::vector<ExprPtr> args;

  bool Is(ExprKind k) const { return kind == k; }
  bool Is(ExprKind k, std::string_view t) const { return kind == k && text == t; }
  const Expr& arg(size_t i) const { return *args[i]; }
};

inline ExprPtr MakeExpr(ExprKind kind, std::string text, std::vector<ExprPtr> args = {}) {
  return std::make_shared<const Expr>(Expr{kind, std::move(text), std::move(args)});
}
inline ExprPtr MakeExpr(ExprKind kind, std::vector<ExprPtr> args) {
  return MakeExpr(kind, "", std::move(args));
}
inline ExprPtr MakeNumber(int64_t n) {
  ExprPtr size = MakeExpr(ExprKind::kNumber, std::to_string(n < 0 ? -n : n));
  return n < 0 ? MakeExpr(ExprKind::kNegate, {size}) : size;
}
inline ExprPtr MakeQuotient(ExprPtr a, ExprPtr b) {
  return MakeExpr(ExprKind::kMultiply,
                  {std::move(a), MakeExpr(ExprKind::kInverse, {std::move(b)})});
}
inline ExprPtr MakeDifference(ExprPtr a, ExprPtr b) {
  return MakeExpr(ExprKind::kAdd, {std::move(a), MakeExpr(ExprKind::kNegate, {std::move(b)})});
}

}  // namespace lemma::reason
