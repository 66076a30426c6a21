// Whose the requests of evaluations are, which a server asks of itself. Any thread.
#pragma once

#include "service/access/api_key.h"

namespace lemma::access {

// No key of a database has this id, and no text opens it.
inline constexpr const char* kEvaluationKeyId = "evaluation";

// Of the lowest priority, so that users go first; without limits.
ApiKey EvaluationKey();

}  // namespace lemma::access
