// The text of an answer, LaTeX or plain, English or Chinese, into tokens.
//
// What only changes looks ($, \left, \, \boxed{}) disappears here; 1,234 and 1\,234 become one
// number; signs of Unicode and commands of LaTeX become one canonical operator each. In a pair of
// brackets a comma always separates: (1,234) is a pair.
//
// Linear in the text. Threads: any. Errors: kInvalidArgument for a sign or command of unknown
// meaning, kTooLarge for more than kAnswerBytesMax bytes.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/reason/math_token.h"

namespace lemma::reason {

// A long final answer is a few hundred bytes; past this it is no answer but a text.
inline constexpr size_t kAnswerBytesMax = 8 << 10;

// Ends with a token of kind kEnd.
Result<std::vector<Token>> LexAnswer(std::string_view text);

}  // namespace lemma::reason
