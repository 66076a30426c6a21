// An answer's text into a tree: LaTeX as models write it, or plain text; one value, several, a set,
// an interval, a relation, a matrix, words.
//
// Threads: any. Bounded by kAnswerBytesMax, kExprDepthMax and the budget, of which it spends a few
// steps a token. Errors: kInvalidArgument with what was not understood.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "service/reason/math_expr.h"
#include "service/reason/step_budget.h"

namespace lemma::reason {

Result<ExprPtr> ParseAnswer(std::string_view text, StepBudget& budget);

}  // namespace lemma::reason
