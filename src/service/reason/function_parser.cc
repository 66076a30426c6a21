// The parts of TermParser that have an inner form of their own: functions, sums, matrices.
#include <array>
#include <utility>

#include "service/reason/term_parser.h"

namespace lemma::reason {
namespace {

ExprPtr Call(std::string name, std::vector<ExprPtr> args) {
  return MakeExpr(ExprKind::kCall, std::move(name), std::move(args));
}
ExprPtr Inverse(ExprPtr of) { return MakeExpr(ExprKind::kInverse, {std::move(of)}); }

// The few functions that others are made of, so that later code knows fewer.
ExprPtr MakeFunction(const std::string& name, std::vector<ExprPtr> args) {
  const bool is_one = args.size() == 1;
  if (is_one && name == "sec") return Inverse(Call("cos", args));
  if (is_one && name == "csc") return Inverse(Call("sin", args));
  if (is_one && name == "cot") return MakeQuotient(Call("cos", args), Call("sin", args));
  if (is_one && name == "exp") {
    return MakeExpr(ExprKind::kPower, {MakeExpr(ExprKind::kConstant, "e"), args[0]});
  }
  if (is_one && name == "lg") return Call("log", {args[0], MakeNumber(10)});
  if (is_one && name == "cbrt") {
    return MakeExpr(ExprKind::kPower, {args[0], Inverse(MakeNumber(3))});
  }
  return Call(name, std::move(args));
}

// \sin^{-1}
bool IsMinusOne(const Expr& e) {
  return e.Is(ExprKind::kNegate) && e.arg(0).Is(ExprKind::kNumber, "1");
}

constexpr std::array<std::string_view, 3> kInvertible = {"sin", "cos", "tan"};

bool IsInvertible(const std::string& name) {
  for (const std::string_view one : kInvertible) {
    if (name == one) return true;
  }
  return false;
}

// "max 5" is a label, or not finished: no 5.
bool IsOfSeveral(const std::string& name) {
  return name == "max" || name == "min" || name == "gcd" || name == "lcm";
}

}  // namespace

ExprPtr TermParser::ParseFunction() {
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  std::string name = Peek().text;
  Advance();
  if (name == "sqrt") return ParseRoot();
  if (name == "sum" || name == "prod") return ParseSeries(name);
  ExprPtr base, power;
  for (int n = 0; n < 2; ++n) {
    if (Accept("_")) {
      base = ParseExponent();
      if (base == nullptr) return nullptr;
    } else if (Accept("^")) {
      power = ParseExponent();
      if (power == nullptr) return nullptr;
    }
  }
  ExprPtr of = ParseFunctionArgument();
  if (of == nullptr) return nullptr;
  if (power && IsInvertible(name) && IsMinusOne(*power)) {
    name = "arc" + name;
    power = nullptr;
  }
  const bool is_several =
      of->Is(ExprKind::kTuple) || of->Is(ExprKind::kSet) || of->Is(ExprKind::kList);
  std::vector<ExprPtr> args = is_several ? of->args : std::vector{of};
  if (IsOfSeveral(name) && args.size() < 2) return Fail("a maximum or the like of one term");
  if (base) args.push_back(base);
  ExprPtr call = MakeFunction(name, std::move(args));
  return power ? MakeExpr(ExprKind::kPower, {call, power}) : call;
}

// A bracket alone, or a product as far as the next function: sin 2x cos x.
ExprPtr TermParser::ParseFunctionArgument() {
  if (PeekOperator("(") || PeekOperator("[") || PeekOperator("{") || PeekOperator("set{")) {
    return ParseAtom();
  }
  if (PeekOperator("-")) return ParseSignedFactor();
  std::vector<ExprPtr> factors = {ParseFactor()};
  while (factors.back() != nullptr && StartsImplicitFactor() &&
         Peek().kind != TokenKind::kFunction && !PeekOperator("(")) {
    factors.push_back(ParseFactor());
  }
  if (factors.back() == nullptr) return nullptr;
  return factors.size() == 1 ? factors[0] : MakeExpr(ExprKind::kMultiply, std::move(factors));
}

// \sqrt{2}, \sqrt[3]{2}, sqrt(2); \sqrt12 is read as it is meant, not as LaTeX sets it.
ExprPtr TermParser::ParseRoot() {
  ExprPtr index = MakeNumber(2);
  if (Accept("[")) {
    index = ParseSum();
    if (index == nullptr || !Expect("]")) return nullptr;
  }
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  ExprPtr of = ParseAtom();
  return of ? MakeExpr(ExprKind::kPower, {of, Inverse(index)}) : nullptr;
}

// \sum_{k=1}^{n} of the product that follows.
ExprPtr TermParser::ParseSeries(const std::string& name) {
  if (!Accept("_") || !Accept("{")) return Fail("a sum without bounds");
  ExprPtr variable = ParseAtom();
  if (variable == nullptr || !Expect("=")) return nullptr;
  ExprPtr from = ParseSum();
  if (from == nullptr || !Expect("}") || !Expect("^")) return nullptr;
  ExprPtr to = ParseExponent();
  if (to == nullptr) return nullptr;
  ExprPtr body = ParseProduct();
  const bool is_name = variable->Is(ExprKind::kSymbol) || variable->Is(ExprKind::kConstant, "i");
  if (body == nullptr || !is_name) return Fail("a sum over what is no name");
  return Call(name, {variable, from, to, body});
}

// \begin{pmatrix} a & b \\ c & d \end{pmatrix}
ExprPtr TermParser::ParseMatrix() {
  const std::string environment = Peek().text.substr(Peek().text.find(':') + 1);
  const bool is_matrix = environment.ends_with("matrix") || environment == "array";
  Advance();
  if (!is_matrix) return Fail("an environment that is no matrix");
  const std::string end = "end:" + environment;
  std::vector<ExprPtr> entries;
  size_t n_rows = 0;
  while (!Peek().Is(TokenKind::kStructure, end)) {
    const size_t begin = entries.size();
    do {
      entries.push_back(ParseSum());
      if (entries.back() == nullptr) return nullptr;
    } while (Peek().Is(TokenKind::kStructure, "cell") && (Advance(), true));
    const size_t n_columns = entries.size() - begin;
    if (++n_rows * n_columns != entries.size()) return Fail("rows of unlike length");
    if (Peek().Is(TokenKind::kStructure, "row")) {
      Advance();
    } else if (!Peek().Is(TokenKind::kStructure, end)) {
      return Fail("an unfinished matrix");
    }
  }
  Advance();
  if (entries.empty()) return Fail("an empty matrix");
  ExprPtr matrix = MakeExpr(ExprKind::kMatrix, std::to_string(n_rows), std::move(entries));
  const bool has_bars = environment == "vmatrix" || environment == "Vmatrix";
  return has_bars ? Call("determinant", {matrix}) : matrix;
}

}  // namespace lemma::reason
