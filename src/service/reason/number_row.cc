#include "service/reason/number_row.h"

#include <string>
#include <utility>

namespace lemma::reason {
namespace {

constexpr size_t kDatePartsMin = 3;

bool IsSeparator(const Token& token) {
  return token.IsOperator(",") || token.IsOperator(";") || token.IsOperator("and") ||
         token.IsOperator("or");
}

// Behind the row that begins at `begin`; `begin` for none.
size_t RowEnd(const std::vector<Token>& tokens, size_t begin) {
  if (tokens[begin].kind != TokenKind::kNumber) return begin;
  const Token& sign = tokens[begin + 1];
  if (!sign.IsOperator("-") && !sign.IsOperator("/")) return begin;
  size_t end = begin + 1, n_parts = 1;
  for (; tokens[end].IsOperator(sign.text) && tokens[end + 1].kind == TokenKind::kNumber;
       end += 2) {
    ++n_parts;
  }
  if (n_parts < (sign.text == "-" ? 2 : kDatePartsMin)) return begin;
  size_t next = end;
  while (tokens[next].IsOperator("}")) ++next;
  const Token& after = tokens[next];
  const bool is_whole = after.kind == TokenKind::kEnd || after.kind == TokenKind::kText ||
                        IsSeparator(after) || after.IsOperator("%") || after.IsOperator("degree");
  return is_whole ? end : begin;
}

}  // namespace

void JoinNumberRows(std::vector<Token>& tokens) {
  std::vector<Token> joined;
  int depth = 0;       // of brackets, in which (5-3)x may begin
  bool begins = true;  // an answer, perhaps in braces or behind "x =" or a currency's sign
  for (size_t at = 0; at < tokens.size(); ++at) {
    const size_t end = begins && depth == 0 ? RowEnd(tokens, at) : at;
    if (end > at) {
      std::string text;
      for (; at < end; ++at) text += tokens[at].text;
      joined.push_back({TokenKind::kText, std::move(text)});
    }
    const Token& token = tokens[at];
    if (token.IsOperator("(") || token.IsOperator("[") || token.IsOperator("set{")) ++depth;
    if (token.IsOperator(")") || token.IsOperator("]") || token.IsOperator("set}")) --depth;
    begins = IsSeparator(token) || token.IsOperator("=") ||
             (begins && (token.IsOperator("{") || token.kind == TokenKind::kText));
    joined.push_back(token);
  }
  tokens = std::move(joined);
}

}  // namespace lemma::reason
