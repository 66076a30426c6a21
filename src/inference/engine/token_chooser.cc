#include "inference/engine/token_chooser.h"

#include <optional>
#include <utility>

namespace lemma::engine {

Result<ChosenToken> TokenChooser::Choose(const Request& request, Sequence& sequence,
                                         std::span<const float> logits) {
  const GenerateRequest& spec = request.spec;
  if (spec.thinking) {
    const std::optional<TokenId> demanded = sequence.budget.Demand(
        *spec.thinking, sequence.n_output(), request.tokens_to_think(sequence), logits);
    if (demanded) {
      sequence.banned = sequence.budget.LeftOut(*spec.thinking);
      LEMMA_ASSIGN_OR_RETURN(const SampledToken taken,
                             sampler_.Take(logits, spec.sampling, *demanded));
      return ChosenToken{.sampled = taken, .is_demanded = true};
    }
  }
  const std::optional<TokenId> banned = std::exchange(sequence.banned, std::nullopt);
  LEMMA_ASSIGN_OR_RETURN(const SampledToken drawn, sampler_.Sample(logits, spec.sampling,
                                                                   {.tokens = sequence.tokens,
                                                                    .n_prompt = sequence.n_prompt,
                                                                    .sample = sequence.sample,
                                                                    .n_rewound = sequence.n_rewound,
                                                                    .banned = banned}));
  return ChosenToken{.sampled = drawn};
}

Result<TokenLogprob> TokenChooser::Score(TokenId token, std::span<const float> logits) {
  LEMMA_ASSIGN_OR_RETURN(const SampledToken taken, sampler_.Take(logits, scoring_, token));
  return TokenLogprob{token, taken.logprob};
}

}  // namespace lemma::engine
