#include "service/reason/term_parser.h"

#include <algorithm>

namespace lemma::reason {
namespace {

constexpr int kPostfixMax = 4;  // 5!!!!! is no answer

}  // namespace

TermParser::TermParser(std::vector<Token> tokens, StepBudget& budget)
    : tokens_(std::move(tokens)), budget_(budget) {}

const Token& TermParser::Peek(size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

void TermParser::Advance() {
  if (at_ + 1 < tokens_.size()) ++at_;
}

bool TermParser::Accept(std::string_view operator_text) {
  if (!PeekOperator(operator_text)) return false;
  Advance();
  return true;
}

bool TermParser::Expect(std::string_view operator_text) {
  if (Accept(operator_text)) return true;
  Fail("a bracket is missing");
  return false;
}

ExprPtr TermParser::Fail(std::string_view why) {
  if (error_.empty()) error_ = why;
  return nullptr;
}

ExprPtr TermParser::ParseSum() {
  std::vector<ExprPtr> terms = {ParseProduct()};
  while (terms.back() != nullptr) {
    if (Accept("+")) {
      terms.push_back(ParseProduct());
    } else if (PeekOperator("-") || PeekOperator("+-") || PeekOperator("-+")) {
      terms.push_back(ParseProduct());  // which takes the sign
    } else {
      break;
    }
  }
  if (terms.back() == nullptr) return nullptr;
  ExprPtr sum = terms.size() == 1 ? terms[0] : MakeExpr(ExprKind::kAdd, std::move(terms));
  if (!Accept("choose")) return sum;
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  ExprPtr of = ParseSum();
  return of ? MakeExpr(ExprKind::kCall, "binomial", {sum, of}) : nullptr;
}

ExprPtr TermParser::ParseProduct() {
  if (PeekOperator("+") || PeekOperator("-") || PeekOperator("+-") || PeekOperator("-+")) {
    return ParseSignedFactor();
  }
  std::vector<ExprPtr> factors = {ParseFactor()};
  while (factors.back() != nullptr) {
    if (Accept("*")) {
      factors.push_back(ParseSignedFactor());
    } else if (Accept("/")) {
      ExprPtr divisor = ParseSignedFactor();
      factors.push_back(divisor ? MakeExpr(ExprKind::kInverse, {divisor}) : nullptr);
    } else if (StartsImplicitFactor()) {
      factors.push_back(ParseFactor());
    } else {
      break;
    }
  }
  if (factors.back() == nullptr) return nullptr;
  return factors.size() == 1 ? factors[0] : MakeExpr(ExprKind::kMultiply, std::move(factors));
}

// At the beginning of a product the sign is the whole product's; after * or / the factor's.
ExprPtr TermParser::ParseSignedFactor() {
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  const bool after_operator =
      at_ > 0 && (tokens_[at_ - 1].IsOperator("*") || tokens_[at_ - 1].IsOperator("/"));
  const auto operand = [&] { return after_operator ? ParseFactor() : ParseProduct(); };
  if (Accept("+")) return operand();
  const std::string sign = Peek().text;
  if (PeekOperator("-") || PeekOperator("+-") || PeekOperator("-+")) {
    Advance();
    ExprPtr of = operand();
    if (of == nullptr) return nullptr;
    return sign == "-" ? MakeExpr(ExprKind::kNegate, {of})
                       : MakeExpr(ExprKind::kPlusMinus, sign, {of});
  }
  return operand();
}

bool TermParser::StartsImplicitFactor() const {
  const Token& next = Peek();
  switch (next.kind) {
    case TokenKind::kName:
    case TokenKind::kConstant:
    case TokenKind::kFunction:
      return true;
    case TokenKind::kNumber:
      return tokens_[at_ - 1].IsOperator("!");  // 3! 4!; elsewhere two numbers are two answers
    case TokenKind::kStructure:
      return next.text == "frac" || next.text == "binom" || next.text.starts_with("accent:") ||
             next.text.starts_with("begin:");
    case TokenKind::kOperator:
      return next.text == "(" || next.text == "{" || next.text == "floor{" ||
             next.text == "ceil{" || (next.text == "|" && bars_ == 0);
    default:
      return false;
  }
}

ExprPtr TermParser::ParseFactor() {
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  ExprPtr base = ParseAtom();
  return base ? ParsePostfix(std::move(base)) : nullptr;
}

ExprPtr TermParser::ParsePostfix(ExprPtr base) {
  for (int n = 0; base != nullptr; ++n) {
    const bool is_postfix = PeekOperator("^") || PeekOperator("!") || PeekOperator("%") ||
                            PeekOperator("degree") || PeekOperator("_");
    if (!is_postfix) return base;
    if (n == kPostfixMax) return Fail("too many signs after a term");
    if (Accept("^")) {
      base = ParseSuperscript(base);
    } else if (Accept("!")) {
      base = ParseFactorial(base);
    } else if (Accept("%")) {
      base = MakeExpr(ExprKind::kQuantity, "%", {base});
    } else if (Accept("degree")) {
      base = MakeDegrees(base);
    } else {
      Advance();
      base = ParseBase(base);
    }
  }
  return nullptr;
}

ExprPtr TermParser::ParseSuperscript(ExprPtr base) {
  const bool in_braces = PeekOperator("{") && Peek(1).IsOperator("degree");
  if (in_braces || PeekOperator("degree")) {
    if (in_braces) Advance();
    Advance();
    if (in_braces && !Expect("}")) return nullptr;
    return MakeDegrees(base);
  }
  ExprPtr exponent = ParseExponent();
  return exponent ? MakeExpr(ExprKind::kPower, {base, exponent}) : nullptr;
}

// An angle or, before a C or F, a temperature.
ExprPtr TermParser::MakeDegrees(ExprPtr of) {
  const bool is_celsius = Peek().Is(TokenKind::kName, "C");
  if (!is_celsius && !Peek().Is(TokenKind::kName, "F")) {
    return MakeExpr(ExprKind::kQuantity, "degree", {of});
  }
  Advance();
  return MakeExpr(ExprKind::kQuantity, is_celsius ? "celsius" : "fahrenheit", {of});
}

ExprPtr TermParser::ParseExponent() {
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  if (Accept("-")) {
    ExprPtr of = ParseExponent();
    return of ? MakeExpr(ExprKind::kNegate, {of}) : nullptr;
  }
  ExprPtr exponent = ParseAtom();
  if (exponent == nullptr || !Accept("^")) return exponent;
  ExprPtr upper = ParseExponent();
  return upper ? MakeExpr(ExprKind::kPower, {exponent, upper}) : nullptr;
}

ExprPtr TermParser::ParseFactorial(ExprPtr base) {
  const bool is_double = Accept("!");
  return MakeExpr(ExprKind::kCall, is_double ? "double_factorial" : "factorial", {base});
}

// 204_5, 204_{(5)}. Names take their subscripts in ParseName.
ExprPtr TermParser::ParseBase(ExprPtr digits) {
  std::string base = ReadSubscript();
  if (base.starts_with('(') && base.ends_with(')')) base = base.substr(1, base.size() - 2);
  const bool is_numeral =
      digits->Is(ExprKind::kNumber) && digits->text.find_first_of(".(") == std::string::npos;
  const size_t n_digits = base.size();
  if (!is_numeral || n_digits < 1 || n_digits > 2 ||
      base.find_first_not_of("0123456789") != base.npos) {
    return Fail("an index on what is no name");
  }
  return MakeExpr(ExprKind::kBased, digits->text, {MakeExpr(ExprKind::kNumber, base)});
}

// The text of a subscript, without braces.
std::string TermParser::ReadSubscript() {
  std::string text;
  if (!Accept("{")) {
    text = Peek().text;
    Advance();
    return text;
  }
  while (!PeekOperator("}") && Peek().kind != TokenKind::kEnd) {
    text += Peek().text;
    Advance();
  }
  Accept("}");
  return text;
}

}  // namespace lemma::reason
