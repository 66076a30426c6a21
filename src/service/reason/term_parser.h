// Sums, products, powers, functions, fractions, matrices: what stands between relations and commas.
// AnswerParser (math_parser.cc) adds what stands around them.
//
// Recursive descent without backtracking, so linear in the tokens. What fails sets error() and
// returns nullptr. Threads: one owner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/reason/math_expr.h"
#include "service/reason/math_token.h"
#include "service/reason/step_budget.h"

namespace lemma::reason {

// Deeper than any answer; shallow enough for every recursion over the tree.
inline constexpr int kExprDepthMax = 60;

class TermParser {
 public:
  TermParser(std::vector<Token> tokens, StepBudget& budget);
  virtual ~TermParser() = default;
  TermParser(const TermParser&) = delete;
  TermParser& operator=(const TermParser&) = delete;

  const std::string& error() const { return error_; }

 protected:
  // What may stand in brackets: one term, or several with commas.
  virtual ExprPtr ParseList() = 0;
  ExprPtr ParseSum();

  const Token& Peek(size_t ahead = 0) const;
  bool PeekOperator(std::string_view text) const { return Peek().IsOperator(text); }
  void Advance();
  void ReplaceText(std::string text) { tokens_[at_].text = std::move(text); }  // of Peek()
  bool Accept(std::string_view operator_text);
  bool Expect(std::string_view operator_text);
  ExprPtr Fail(std::string_view why);
  // Between bars or in a set, where | and : have other meanings than |a| and a : b.
  bool in_bars() const { return bars_ > 0; }

 private:
  // One level of recursion.
  class Depth {
   public:
    explicit Depth(TermParser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Depth() { --parser_.depth_; }
    bool ok() const { return parser_.depth_ <= kExprDepthMax && parser_.budget_.Spend(1); }

   private:
    TermParser& parser_;
  };

  ExprPtr ParseProduct();
  ExprPtr ParseSignedFactor();
  ExprPtr ParseFactor();
  ExprPtr ParsePostfix(ExprPtr base);
  ExprPtr ParseSuperscript(ExprPtr base);
  ExprPtr ParseExponent();
  ExprPtr MakeDegrees(ExprPtr of);
  ExprPtr ParseFactorial(ExprPtr base);
  ExprPtr ParseBase(ExprPtr digits);
  ExprPtr ParseAtom();
  ExprPtr ParseOperatorAtom();
  ExprPtr ParseStructure();
  ExprPtr ParseNumber();
  ExprPtr ParseMixedNumber(const std::string& whole);
  ExprPtr ParseName();
  ExprPtr ParseFigure(const std::string& figure);
  ExprPtr ParseChoice(const std::string& letter);
  ExprPtr ParseLeftChoice();
  ExprPtr ParseBracket();
  ExprPtr ParseSet();
  ExprPtr ParseSetContent();
  ExprPtr ParseGroup();
  ExprPtr ParseBetween(std::string_view function, std::string_view close);
  ExprPtr ParseArgument();
  ExprPtr ParseMatrix();
  ExprPtr ParseFunction();
  ExprPtr ParseRoot();
  ExprPtr ParseSeries(const std::string& name);
  ExprPtr ParseFunctionArgument();
  bool StartsImplicitFactor() const;
  bool GoesOnAsWord(size_t ahead) const;
  std::string ReadSubscript();
  std::string ReadMarks();

  std::vector<Token> tokens_;
  size_t at_ = 0;
  StepBudget& budget_;
  int depth_ = 0;
  int bars_ = 0;  // of |...| that are open here; in a set they separate, and are never opened
  std::string error_;
};

}  // namespace lemma::reason
