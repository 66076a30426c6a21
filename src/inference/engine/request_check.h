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

// Ok, or kInvalidArgument with the field of GenerateRequest or SamplingParams that is wrong.
Status CheckRequest(const GenerateRequest& request, const RequestLimits& limits);

}  // namespace lemma::engine
