// The worker's chat completion -> the answer of POST /generate.
//
// Whole:  {"text", "reasoning", "profile", "finish_reason", "usage", "lemma"?}
// Stream: events {"text": piece} and {"reasoning": piece}; then one
//         {"profile", "finish_reason", "usage", "lemma"?}; then [DONE].
#pragma once

#include <memory>
#include <string>

#include "service/gateway/relay.h"

namespace lemma::gateway {

std::unique_ptr<AnswerMapper> MapToGenerateReply(std::string profile);

}  // namespace lemma::gateway
