// The tables of the lexer: what LaTeX commands, Unicode signs and plain words mean.
//
// Threads: any; the tables are constant.
#pragma once

#include <cstdint>
#include <string_view>

#include "service/reason/math_token.h"

namespace lemma::reason {

struct SymbolMeaning {
  TokenKind kind;
  std::string_view text;
};

// What the command \<name> stands for; nullptr where it is unknown. kSkip: it only changes looks.
const SymbolMeaning* FindCommand(std::string_view name);

// What a sign outside ASCII stands for; nullptr where it is unknown.
const SymbolMeaning* FindSign(char32_t sign);

// What a word of plain letters stands for ("sqrt", "pi", "or", "或"); nullptr for any other word.
const SymbolMeaning* FindWord(std::string_view word);

}  // namespace lemma::reason
