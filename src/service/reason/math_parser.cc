#include "service/reason/math_parser.h"

#include "service/reason/answer_form.h"
#include "service/reason/math_lexer.h"
#include "service/reason/number_row.h"
#include "service/reason/term_parser.h"
#include "service/reason/text_util.h"
#include "service/reason/units.h"

namespace lemma::reason {
namespace {

constexpr size_t kUnitBytesMax = 40;  // longer words after a number are a sentence
constexpr int kSetOperatorsMax = 60;  // in one answer

class AnswerParser : public TermParser {
 public:
  using TermParser::TermParser;

  ExprPtr ParseAll() {
    ExprPtr answer = ParseList();
    if (answer == nullptr) return nullptr;
    return Peek().kind == TokenKind::kEnd ? answer : Fail("something follows the answer");
  }

 protected:
  // Lists by semicolons (or rows) of lists by commas and words.
  ExprPtr ParseList() override {
    std::vector<ExprPtr> lists = {ParseCommaList()};
    while (lists.back() != nullptr && AcceptSemicolon()) {
      if (Peek().kind == TokenKind::kEnd) break;
      lists.push_back(ParseCommaList());
    }
    if (lists.back() == nullptr) return nullptr;
    return lists.size() == 1 ? lists[0] : MakeExpr(ExprKind::kList, ";", std::move(lists));
  }

 private:
  bool AcceptSemicolon() {
    if (Accept(";")) return true;
    const bool is_row = Peek().Is(TokenKind::kStructure, "row");
    if (is_row) Advance();
    return is_row;
  }

  // Takes the separators at hand, "1, 2, and 3" having two in one place. A word tells the kind of
  // the list; "mixed" is one with both words.
  bool AcceptSeparators(std::string& kind) {
    bool any = false;
    for (; PeekOperator(",") || PeekOperator("and") || PeekOperator("or"); any = true) {
      const std::string& separator = Peek().text;
      if (kind.empty() || kind == ",") {
        kind = separator;
      } else if (separator != "," && separator != kind) {
        kind = "mixed";
      }
      Advance();
    }
    return any;
  }

  ExprPtr ParseCommaList() {
    std::vector<ExprPtr> items = {ParseRelation()};
    std::string kind;
    while (items.back() != nullptr) {
      if (!AcceptSeparators(kind)) break;
      if (kind == "mixed") return Fail("\"and\" beside \"or\"");
      if (Peek().kind == TokenKind::kEnd) break;
      items.push_back(ParseRelation());
    }
    if (items.back() == nullptr) return nullptr;
    return items.size() == 1 ? items[0] : MakeExpr(ExprKind::kList, kind, std::move(items));
  }

  // a < b <= c, a = b = c, a \in S. What follows "about equal" is only another form of the same,
  // but after a name or nothing it is the value.
  ExprPtr ParseRelation() {
    Accept("~");
    std::vector<ExprPtr> sides = {ParseSetExpression()};
    std::string signs;
    bool is_approximate = false;
    while (sides.back() != nullptr && Peek().kind == TokenKind::kOperator) {
      std::string sign = Peek().text;
      if (sign == "~" && sides.size() == 1 && IsName(*sides[0])) sign = "=";
      if (sign == "in") return ParseMember(sides);
      if (sign != "~" &&
          (sign.size() != 1 || std::string("=<>lgn").find(sign) == std::string::npos)) {
        break;
      }
      Advance();
      ExprPtr side = ParseSetExpression();
      if (side == nullptr) return nullptr;
      is_approximate = is_approximate || sign == "~";
      if (is_approximate) continue;
      signs += sign;
      sides.push_back(std::move(side));
    }
    if (sides.back() == nullptr) return nullptr;
    return sides.size() == 1 ? sides[0] : MakeExpr(ExprKind::kRelation, signs, std::move(sides));
  }

  ExprPtr ParseMember(const std::vector<ExprPtr>& sides) {
    if (sides.size() != 1) return Fail("a relation of members");
    Advance();
    ExprPtr set = ParseSetExpression();
    return set ? MakeExpr(ExprKind::kMember, {sides[0], set}) : nullptr;
  }

  // Unions, intersections and differences, from the left.
  ExprPtr ParseSetExpression() {
    ExprPtr set = ParseQuantity();
    while (set != nullptr) {
      const ExprKind kind = PeekOperator("cup")        ? ExprKind::kUnion
                            : PeekOperator("cap")      ? ExprKind::kIntersection
                            : PeekOperator("setminus") ? ExprKind::kDifference
                                                       : ExprKind::kNumber;
      if (kind == ExprKind::kNumber) break;
      Advance();
      ExprPtr next = ParseQuantity();
      if (next == nullptr) return nullptr;
      if (++n_set_operators_ > kSetOperatorsMax) return Fail("too many sets");
      if (kind == set->kind && kind != ExprKind::kDifference) {
        std::vector<ExprPtr> args = set->args;  // flat: a union of three has three members
        args.push_back(std::move(next));
        set = MakeExpr(kind, std::move(args));
      } else {
        set = MakeExpr(kind, {set, next});
      }
    }
    return set;
  }

  // A term and its unit: 5 cm^2, \$5, 3 million, -28\%.
  ExprPtr ParseQuantity() {
    std::string unit;
    if (Peek().kind == TokenKind::kText && Peek(1).kind == TokenKind::kNumber &&
        IsKnownUnit(Peek().text)) {
      unit = CanonicalUnit(Peek().text);  // a currency's sign stands first
      Advance();
    }
    ExprPtr of = ParseRatio();
    if (of == nullptr) return nullptr;
    if (Peek().kind == TokenKind::kText) {
      if (const auto [multiple, n_bytes] = MultipleOf(Peek().text); n_bytes > 0) {
        of = MakeExpr(ExprKind::kMultiply, {of, MakeNumber(multiple)});
        DropText(n_bytes);
      }
    }
    while (Peek().kind == TokenKind::kText || (!unit.empty() && IsUnitQuotient())) {
      if (Accept("/")) unit += '/';
      if (ChangesNumber(Peek().text)) return Fail("words that change the number");
      unit += ReadUnit();
      if (unit.size() > kUnitBytesMax) return Fail("words after a term");
    }
    if (of->Is(ExprKind::kNegate) && of->arg(0).Is(ExprKind::kQuantity)) {
      const Expr& quantity = of->arg(0);
      of = MakeExpr(ExprKind::kQuantity, quantity.text,
                    {MakeExpr(ExprKind::kNegate, {quantity.args[0]})});
    }
    return unit.empty() ? of : MakeExpr(ExprKind::kQuantity, unit, {of});
  }

  bool IsUnitQuotient() const { return PeekOperator("/") && Peek(1).kind == TokenKind::kText; }

  // The first bytes of the text at hand, and the space after them.
  void DropText(size_t n_bytes) {
    const std::string rest(TrimPunctuation(std::string_view(Peek().text).substr(n_bytes)));
    if (rest.empty()) {
      Advance();
    } else {
      ReplaceText(rest);
    }
  }

  // The unit at hand under its one name, with its power.
  std::string ReadUnit() {
    const std::string_view canonical = CanonicalUnit(Peek().text);
    std::string unit(canonical.empty() ? Peek().text : canonical);
    if (canonical.empty() && unit.size() > 3 && unit.ends_with('s')) unit.pop_back();  // apples
    Advance();
    if (!PeekOperator("^")) return unit;
    const size_t braces = Peek(1).IsOperator("{") ? 1 : 0;
    if (Peek(1 + braces).kind != TokenKind::kNumber) return unit;
    unit += '^' + Peek(1 + braces).text;
    for (size_t i = 0; i < 2 + 2 * braces; ++i) Advance();
    return unit;
  }

  ExprPtr ParseRatio() {
    std::vector<ExprPtr> parts = {ParseSum()};
    while (parts.back() != nullptr && !in_bars() && Accept(":")) parts.push_back(ParseSum());
    if (parts.back() == nullptr) return nullptr;
    return parts.size() == 1 ? parts[0] : MakeExpr(ExprKind::kRatio, std::move(parts));
  }

  int n_set_operators_ = 0;
};

}  // namespace

Result<ExprPtr> ParseAnswer(std::string_view text, StepBudget& budget) {
  LEMMA_ASSIGN_OR_RETURN(std::vector<Token> tokens, LexAnswer(text));
  if (!budget.Spend(static_cast<int64_t>(2 * text.size()))) {
    return InvalidArgument("out of steps");
  }
  JoinNumberRows(tokens);
  AnswerParser parser(std::move(tokens), budget);
  ExprPtr answer = parser.ParseAll();
  if (answer == nullptr) return InvalidArgument(parser.error());
  return answer;
}

}  // namespace lemma::reason
