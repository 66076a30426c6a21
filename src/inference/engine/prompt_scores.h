// How likely the model finds a prompt, token by token: what prompt_logprobs asks for.
// The engine's thread.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/status.h"
#include "inference/engine/sequence.h"
#include "inference/engine/token_chooser.h"

namespace lemma::engine {

// Tells the request's sink of the tokens that follow the next n_tokens of its prompt, which were
// just computed; `logits` are theirs, [n_tokens, vocab_size]. Errors: as TokenChooser::Score.
Status TellPromptScores(const Request& request, int32_t n_tokens, std::span<const float> logits,
                        TokenChooser& chooser);

}  // namespace lemma::engine
