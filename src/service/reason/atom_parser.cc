// The atoms of TermParser: numbers, names, what stands in brackets.
#include <algorithm>
#include <set>
#include <utility>

#include "service/reason/expr_value.h"
#include "service/reason/math_symbols.h"
#include "service/reason/term_parser.h"

namespace lemma::reason {
namespace {

constexpr int kMarksMax = 4;  // primes and subscripts of one name

bool IsInteger(const Token& token) {
  return token.kind == TokenKind::kNumber && token.text.find_first_of(".(") == std::string::npos;
}

bool IsCapital(const Token& token) {
  return token.kind == TokenKind::kName && token.text.size() == 1 && token.text[0] >= 'A' &&
         token.text[0] <= 'Z';
}

// Of unsigned digits without leading zeros, as the numerator and denominator of a mixed number are.
bool IsLess(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// [[1,2],[3,4]] is a matrix: rows of one length in square brackets. Anything else stays as it is.
ExprPtr MatrixOfRows(const ExprPtr& tuple) {
  std::vector<ExprPtr> entries;
  for (const ExprPtr& row : tuple->args) {
    if (!row->Is(ExprKind::kTuple, "[]") || row->args.size() != tuple->arg(0).args.size()) {
      return tuple;
    }
    entries.insert(entries.end(), row->args.begin(), row->args.end());
  }
  return MakeExpr(ExprKind::kMatrix, std::to_string(tuple->args.size()), std::move(entries));
}

bool HasOwnFunction(const Expr& e) {
  return (e.Is(ExprKind::kCall) && IsOwnFunction(e.text)) ||
         std::any_of(e.args.begin(), e.args.end(),
                     [](const ExprPtr& arg) { return HasOwnFunction(*arg); });
}

// Whether the numbers that the condition holds for are the set's elements: \{x | x > 3\}. Not of
// \{2k | k > 3\}, of \{x | x > a\}, which is another set for every a, or of \{x | f(x) > 3\}, where
// the condition alone would be read as one for f(x).
bool IsAbout(const Expr& element, const Expr& condition) {
  const bool is_relation = condition.Is(ExprKind::kRelation) || condition.Is(ExprKind::kMember);
  const bool is_several =
      condition.Is(ExprKind::kIntersection) || condition.Is(ExprKind::kList, "or");
  if (is_several) {
    return std::all_of(condition.args.begin(), condition.args.end(),
                       [&](const ExprPtr& part) { return IsAbout(element, *part); });
  }
  return is_relation && element.Is(ExprKind::kSymbol) && !HasOwnFunction(condition) &&
         FreeSymbols(condition) == std::set<std::string>{element.text};
}

}  // namespace

ExprPtr TermParser::ParseAtom() {
  switch (Peek().kind) {
    case TokenKind::kNumber:
      return ParseNumber();
    case TokenKind::kName:
      return ParseName();
    case TokenKind::kConstant: {
      ExprPtr constant = MakeExpr(ExprKind::kConstant, Peek().text);
      Advance();
      return constant;
    }
    case TokenKind::kText: {
      // "no solution" comes word by word where it stands in no \text.
      const SymbolMeaning* meaning = FindWord(Peek().text);
      const bool is_constant = meaning != nullptr && meaning->kind == TokenKind::kConstant;
      ExprPtr words = is_constant ? MakeExpr(ExprKind::kConstant, std::string(meaning->text))
                                  : MakeExpr(ExprKind::kText, Peek().text);
      Advance();
      return words;
    }
    case TokenKind::kFunction:
      return ParseFunction();
    case TokenKind::kStructure:
      return ParseStructure();
    case TokenKind::kOperator:
      return ParseOperatorAtom();
    default:
      return Fail("it ends too early");
  }
}

ExprPtr TermParser::ParseOperatorAtom() {
  if (PeekOperator("(") || PeekOperator("[")) return ParseBracket();
  if (PeekOperator("{") && Peek(1).IsOperator("}") &&
      (Peek(2).IsOperator("_") || Peek(2).IsOperator("^"))) {
    Advance();
    Advance();
  }
  if (PeekOperator("_") || PeekOperator("^")) return ParseLeftChoice();
  if (PeekOperator("{")) return ParseGroup();
  if (PeekOperator("set{")) return ParseSet();
  if (PeekOperator("floor{")) return ParseBetween("floor", "floor}");
  if (PeekOperator("ceil{")) return ParseBetween("ceil", "ceil}");
  if (PeekOperator("|")) {
    ++bars_;
    ExprPtr size = ParseBetween("abs", "|");
    --bars_;
    return size;
  }
  return Fail("a term is missing");
}

ExprPtr TermParser::ParseNumber() {
  const std::string text = Peek().text;
  const bool is_integer = IsInteger(Peek());
  Advance();
  if (is_integer) {
    if (ExprPtr mixed = ParseMixedNumber(text)) return mixed;
  }
  return MakeExpr(ExprKind::kNumber, text);
}

// 7 3/4 or 7\frac{3}{4} after the 7; nullptr, and nothing is taken, for anything else.
ExprPtr TermParser::ParseMixedNumber(const std::string& whole) {
  // The two integers and how many tokens they take.
  std::string numerator, denominator;
  size_t n_tokens = 0;
  const auto braced = [&](size_t ahead) {
    return Peek(ahead).IsOperator("{") && IsInteger(Peek(ahead + 1)) &&
           Peek(ahead + 2).IsOperator("}");
  };
  if (Peek().Is(TokenKind::kStructure, "frac") && braced(1) && braced(4)) {
    numerator = Peek(2).text;
    denominator = Peek(5).text;
    n_tokens = 7;
  } else if (Peek().Is(TokenKind::kStructure, "frac") && IsInteger(Peek(1)) &&
             Peek(1).text.size() == 2) {
    numerator = Peek(1).text.substr(0, 1);
    denominator = Peek(1).text.substr(1);
    n_tokens = 2;
  } else if (IsInteger(Peek()) && Peek(1).IsOperator("/") && IsInteger(Peek(2))) {
    numerator = Peek().text;
    denominator = Peek(2).text;
    n_tokens = 3;
  }
  if (n_tokens == 0 || !IsLess(numerator, denominator)) return nullptr;
  for (size_t i = 0; i < n_tokens; ++i) Advance();
  const auto number = [](const std::string& text) { return MakeExpr(ExprKind::kNumber, text); };
  return MakeExpr(ExprKind::kAdd,
                  {number(whole), MakeQuotient(number(numerator), number(denominator))});
}

ExprPtr TermParser::ParseName() {
  const std::string letter = Peek().text;
  Advance();
  if (letter == "C" || letter == "A") {
    if (ExprPtr choice = ParseChoice(letter)) return choice;
  }
  if (letter == "angle" || letter == "triangle") return ParseFigure(letter);
  std::string name = letter;
  // ABC and BAC: letters in an order, no product.
  const bool is_word = IsCapital(tokens_[at_ - 1]) && GoesOnAsWord(0) && GoesOnAsWord(1);
  for (; is_word && GoesOnAsWord(0); Advance()) name += Peek().text;
  name += ReadMarks();
  const bool is_function =
      !is_word && std::string_view("fghFGPQ").find(letter) != std::string_view::npos;
  if (!is_function || !PeekOperator("(")) return MakeExpr(ExprKind::kSymbol, name);
  ExprPtr argument = ParseBracket();
  if (argument == nullptr) return nullptr;
  const bool is_several = argument->Is(ExprKind::kTuple);
  return MakeExpr(ExprKind::kCall, name, is_several ? argument->args : std::vector{argument});
}

// The primes and subscripts of a name.
std::string TermParser::ReadMarks() {
  std::string marks;
  for (int n = 0; n < kMarksMax; ++n) {
    if (Accept("'")) {
      marks += '\'';
    } else if (Accept("_")) {
      marks += '_' + ReadSubscript();
    } else {
      break;
    }
  }
  return marks;
}

// Whether the token at hand or some ahead is a capital that follows another without a space.
bool TermParser::GoesOnAsWord(size_t ahead) const {
  return IsCapital(Peek(ahead)) && !Peek(ahead).space_before;
}

// \angle ABC, which is \angle CBA and not \angle ACB; \triangle ABC, of which the order may be
// asked for. The name of a figure alone where no points follow.
ExprPtr TermParser::ParseFigure(const std::string& figure) {
  std::string name = figure + ReadMarks();
  const bool in_braces = PeekOperator("{") && IsCapital(Peek(1));
  if (in_braces) Advance();
  std::vector<std::string> points;
  while (IsCapital(Peek())) {
    points.push_back(Peek().text);
    Advance();
    points.back() += ReadMarks();
  }
  if (in_braces && !Expect("}")) return nullptr;
  if (figure == "angle" && points.size() == 3 && points[2] < points[0]) {
    std::swap(points[0], points[2]);
  }
  for (const std::string& point : points) name += ' ' + point;
  return MakeExpr(ExprKind::kSymbol, name);
}

// C_5^2, C^2_5, C(5,2) and A_5^2 after the letter; nullptr, and nothing is taken, for anything
// else.
ExprPtr TermParser::ParseChoice(const std::string& letter) {
  const size_t begin = at_;
  std::string n, k;
  const auto read = [&](std::string_view sign, std::string& to) {
    if (!Accept(sign)) return;
    to = ReadSubscript();
    if (to.empty() || to.find_first_not_of("0123456789") != to.npos) to = "?";
  };
  if (PeekOperator("(") && IsInteger(Peek(1)) && Peek(2).IsOperator(",") && IsInteger(Peek(3)) &&
      Peek(4).IsOperator(")") && letter == "C") {
    n = Peek(1).text;
    k = Peek(3).text;
    for (int i = 0; i < 5; ++i) Advance();
    if (IsLess(n, k)) n = "?";  // a point C(1,2)
  } else {
    read("^", k);
    read("_", n);
    if (k.empty()) read("^", k);
  }
  if (n.empty() || k.empty() || n == "?" || k == "?") {
    at_ = begin;
    return nullptr;
  }
  return MakeExpr(ExprKind::kCall, letter == "C" ? "binomial" : "permutations",
                  {MakeExpr(ExprKind::kNumber, n), MakeExpr(ExprKind::kNumber, k)});
}

// {}_5C_2, ^5C_2 and ^5P_2 from the 5's sign.
ExprPtr TermParser::ParseLeftChoice() {
  Advance();
  const std::string n = ReadSubscript();
  const std::string letter = Peek().text;
  Advance();
  if ((letter != "C" && letter != "P") || !Accept("_")) return Fail("a term is missing");
  const std::string k = ReadSubscript();
  if (n.empty() || k.empty() || (n + k).find_first_not_of("0123456789") != std::string::npos) {
    return Fail("a choice of what is no number");
  }
  return MakeExpr(ExprKind::kCall, letter == "C" ? "binomial" : "permutations",
                  {MakeExpr(ExprKind::kNumber, n), MakeExpr(ExprKind::kNumber, k)});
}

// ( ... ), [ ... ], ( ... ]: a term in brackets, a tuple, an interval, a matrix of rows.
ExprPtr TermParser::ParseBracket() {
  const std::string open = Peek().text;
  Advance();
  const int bars = std::exchange(bars_, 0);
  ExprPtr content = ParseList();
  bars_ = bars;
  if (content == nullptr) return nullptr;
  const std::string close = Peek().text;
  if (!PeekOperator(")") && !PeekOperator("]")) return Fail("a bracket is missing");
  Advance();
  if (content->Is(ExprKind::kMatrix)) return content;
  const bool is_list = content->Is(ExprKind::kList, ",");
  if (!is_list && open == "(" && close == ")") return content;
  std::vector<ExprPtr> elements = is_list ? content->args : std::vector{content};
  ExprPtr tuple = MakeExpr(ExprKind::kTuple, open + close, std::move(elements));
  return tuple->text == "[]" ? MatrixOfRows(tuple) : tuple;
}

// { ... }: a group of LaTeX, or a set typed without backslashes.
ExprPtr TermParser::ParseGroup() {
  Advance();
  const int bars = std::exchange(bars_, 0);
  ExprPtr content = ParseList();
  bars_ = bars;
  if (content == nullptr || !Expect("}")) return nullptr;
  const bool is_list = content->Is(ExprKind::kList, ",");
  return is_list ? MakeExpr(ExprKind::kSet, content->args) : content;
}

// \{1, 2\}, \{\} or \{x | 0 < x < 1\}, which is its condition where that is about x alone.
ExprPtr TermParser::ParseSet() {
  Advance();
  if (Accept("set}")) return MakeExpr(ExprKind::kConstant, "emptyset");
  const int bars = std::exchange(bars_, 1);
  ExprPtr set = ParseSetContent();
  bars_ = bars;
  return set;
}

ExprPtr TermParser::ParseSetContent() {
  ExprPtr content = ParseList();
  if (content == nullptr) return nullptr;
  if (Accept("|") || Accept(":")) {
    ExprPtr condition = ParseList();
    if (condition == nullptr || !Expect("set}")) return nullptr;
    if (condition->Is(ExprKind::kList, ",") || condition->Is(ExprKind::kList, "and")) {
      condition = MakeExpr(ExprKind::kIntersection, condition->args);  // all of them hold
    }
    // Of all reals, or of the integers alone.
    const bool is_member = content->Is(ExprKind::kMember);
    if (is_member && !content->arg(1).Is(ExprKind::kConstant, "reals")) {
      return MakeExpr(ExprKind::kIntersection, {content, condition});
    }
    const Expr& element = is_member ? content->arg(0) : *content;
    return IsAbout(element, *condition) ? condition : Fail("a set of what has no reading here");
  }
  if (!Expect("set}")) return nullptr;
  const bool is_list = content->Is(ExprKind::kList, ",");
  return MakeExpr(ExprKind::kSet, is_list ? content->args : std::vector{content});
}

// |a|, after the sign that opens it, which is the current token.
ExprPtr TermParser::ParseBetween(std::string_view function, std::string_view close) {
  Advance();
  ExprPtr of = ParseSum();
  if (of == nullptr || !Expect(close)) return nullptr;
  return MakeExpr(ExprKind::kCall, std::string(function), {of});
}

// What \frac takes: a group, or a single digit or letter.
ExprPtr TermParser::ParseArgument() {
  const Depth depth(*this);
  if (!depth.ok()) return Fail("nested too deeply");
  if (Peek().kind == TokenKind::kNumber && Peek().text.size() > 1) {
    Token& number = tokens_[at_];
    ExprPtr digit = MakeExpr(ExprKind::kNumber, number.text.substr(0, 1));
    number.text.erase(0, 1);
    return digit;
  }
  if (Peek().kind == TokenKind::kNumber) {
    ExprPtr digit = MakeExpr(ExprKind::kNumber, Peek().text);
    Advance();
    return digit;
  }
  return ParseAtom();
}

ExprPtr TermParser::ParseStructure() {
  const std::string what = Peek().text;
  if (what.starts_with("begin:")) return ParseMatrix();
  Advance();
  const bool is_accent = what.starts_with("accent:");
  if (what != "frac" && what != "binom" && !is_accent) return Fail("a structure");
  ExprPtr first = ParseArgument();
  if (first == nullptr || is_accent) {
    return first ? MakeExpr(ExprKind::kCall, what, {first}) : nullptr;
  }
  ExprPtr second = ParseArgument();
  if (second == nullptr) return nullptr;
  return what == "frac" ? MakeQuotient(first, second)
                        : MakeExpr(ExprKind::kCall, "binomial", {first, second});
}

}  // namespace lemma::reason
