// What a request asks to add to or take from the model's logits before sampling.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/engine/engine.h"

namespace lemma::engine {

// In this order, so that a bias of -100 bans a token whatever the penalties are:
//   repetition  l > 0 ? l / r : l * r      once for each token of prompt or output
//               (Keskar et al., CTRL, 2019, as Hugging Face computes it)
//   presence    l - presence               once for each token of the output
//   frequency   l - frequency * count      (both as OpenAI defines them)
//   bias        l + bias
// Holds scratch for one vocabulary; one thread. Apply allocates nothing.
class Penalties {
 public:
  explicit Penalties(int32_t vocab_size) : counts_(static_cast<size_t>(vocab_size), 0) {}

  // Whether Apply would change any logit.
  static bool Any(const SamplingParams& params);

  // `tokens` are the sequence's, the first `n_prompt` of them its prompt.
  void Apply(const SamplingParams& params, std::span<const TokenId> tokens, int32_t n_prompt,
             std::span<float> logits);

 private:
  std::vector<int32_t> counts_;  // [vocab_size], all zero between calls
};

}  // namespace lemma::engine
