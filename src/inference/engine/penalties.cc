#include "inference/engine/penalties.h"

namespace lemma::engine {

bool Penalties::Any(const SamplingParams& params) {
  return params.repetition_penalty != 1.0f || params.presence_penalty != 0.0f ||
         params.frequency_penalty != 0.0f || !params.logit_bias.empty();
}

void Penalties::Apply(const SamplingParams& params, std::span<const TokenId> tokens,
                      int32_t n_prompt, std::span<float> logits) {
  const auto count = [&](TokenId token) -> int32_t& { return counts_[static_cast<size_t>(token)]; };
  const auto logit = [&](TokenId token) -> float& { return logits[static_cast<size_t>(token)]; };
  if (params.repetition_penalty != 1.0f) {
    for (const TokenId token : tokens) {
      if (count(token)++ > 0) continue;
      float& l = logit(token);
      l = l > 0 ? l / params.repetition_penalty : l * params.repetition_penalty;
    }
    for (const TokenId token : tokens) count(token) = 0;
  }
  if (params.presence_penalty != 0.0f || params.frequency_penalty != 0.0f) {
    const std::span<const TokenId> output = tokens.subspan(static_cast<size_t>(n_prompt));
    for (const TokenId token : output) ++count(token);
    for (const TokenId token : output) {
      if (count(token) == 0) continue;  // done at an earlier occurrence
      logit(token) -=
          params.presence_penalty + params.frequency_penalty * static_cast<float>(count(token));
      count(token) = 0;
    }
  }
  for (const auto& [token, bias] : params.logit_bias) logit(token) += bias;
}

}  // namespace lemma::engine
