// Is a request one that the engine can run at all?
#pragma once

#include "inference/engine/engine.h"

namespace lemma::engine {

struct RequestLimits {
  int32_t vocab_size = 0;
  int32_t tokens_max = 0;     // prompt + output of one sample
  int32_t pages_max = 0;      // of all samples
  int32_t sequences_max = 0;  // samples
};

RequestLimits LimitsOf(const model::Backend& backend, int32_t sequences_max);

// Engine::output_tokens_max.
int64_t OutputTokensMax(const RequestLimits& limits, int64_t n_prompt, int32_t n);

// Ok, or kInvalidArgument with the field of GenerateRequest, SamplingParams or
// ThinkingRules that is wrong.
Status CheckRequest(const GenerateRequest& request, const RequestLimits& limits);

}  // namespace lemma::engine
