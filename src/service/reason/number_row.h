// Dates, scores and ranges, "2024-10-05", "2-3", "10-15 cm", which are no subtractions: nobody
// gives one of bare numbers as an answer.
//
// Threads: any.
#pragma once

#include <vector>

#include "service/reason/math_token.h"

namespace lemma::reason {

// Makes one text token of the numbers that are all there is of an answer, or of one of several,
// with dashes between, or three or more with strokes: 1/2 is a fraction. Linear in the tokens.
void JoinNumberRows(std::vector<Token>& tokens);

}  // namespace lemma::reason
