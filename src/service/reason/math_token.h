// What the lexer of answers hands to their parser.
#pragma once

#include <string>

namespace lemma::reason {

enum class TokenKind {
  kNumber,    // text as ExprKind::kNumber
  kName,      // a variable
  kConstant,  // text as ExprKind::kConstant
  kFunction,  // "sin", "sqrt", "log", ...
  kOperator,  // canonical: + - * / ^ _ ( ) [ ] { } set{ set} , ; | = < > l g n ~ : ! % +- -+ in ...
  kStructure,  // "frac", "binom", "begin", "end", "row", "cell", "accent:hat"
  kText,       // words, trimmed, in lower case
  kFont,       // only in the tables: \text{...} and its like
  kSkip,       // only in the tables: spaces and sizes
  kEnd,
};

struct Token {
  TokenKind kind;
  std::string text;
  bool space_before = false;

  bool Is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool IsOperator(std::string_view t) const { return Is(TokenKind::kOperator, t); }
};

}  // namespace lemma::reason
