// What a sequence says next: what its budget demands, else what the sampler draws. Towards the end
// of one that may think, thinking is not opened that could not be closed and followed by an answer,
// and the last token of one that has not answered yet is one that shows something. Owned by the
// engine's thread; allocates only when made.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/status.h"
#include "inference/engine/sampler.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {

struct ChosenToken {
  SampledToken sampled;
  bool is_demanded = false;  // and so ends nothing, whatever it is
};

class TokenChooser {
 public:
  TokenChooser(int32_t vocab_size, const kernels::Kernels& kernels)
      : sampler_(vocab_size, kernels) {}

  // From the logits after the sequence's last token. Errors: as Sampler::Sample.
  Result<ChosenToken> Choose(const Request& request, Sequence& sequence,
                             std::span<const float> logits);

  // Of a token that is there: log softmax of the raw logits before it. Errors: as Sampler::Take.
  Result<TokenLogprob> Score(TokenId token, std::span<const float> logits);

 private:
  const SamplingParams scoring_{.logit_bias = {}, .n_logprobs = 0};
  Sampler sampler_;
};

}  // namespace lemma::engine
