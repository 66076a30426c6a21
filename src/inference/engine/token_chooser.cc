#include "inference/engine/token_chooser.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace lemma::engine {

Result<ChosenToken> TokenChooser::Choose(const Request& request, Sequence& sequence,
                                         std::span<const float> logits) {
  const GenerateRequest& spec = request.spec;
  const std::optional<TokenId> banned = std::exchange(sequence.banned, std::nullopt);
  if (spec.thinking) {
    const std::optional<TokenId> demanded = sequence.budget.Demand(
        *spec.thinking, sequence.n_output(), request.tokens_to_think(sequence), logits);
    if (demanded) {
      LEMMA_ASSIGN_OR_RETURN(const SampledToken taken,
                             sampler_.Take(logits, spec.sampling, *demanded));
      return ChosenToken{.sampled = taken, .is_demanded = true};
    }
  }
  LEMMA_ASSIGN_OR_RETURN(const SampledToken drawn,
                         sampler_.Sample(logits, spec.sampling,
                                         {.tokens = sequence.tokens,
                                          .n_prompt = sequence.n_prompt,
                                          .sample = sequence.sample,
                                          .n_rewound = sequence.n_rewound,
                                          .banned = banned,
                                          .is_wanted = Wanted(request, sequence)}));
  return ChosenToken{.sampled = drawn};
}

std::function<bool(TokenId)> TokenChooser::Wanted(const Request& request, Sequence& sequence) {
  const GenerateRequest& spec = request.spec;
  if (!spec.thinking || sequence.budget.is_open()) return {};
  const int32_t n_left = request.tokens_left(sequence);
  const bool must_answer = std::exchange(sequence.must_answer, false) || n_left == 1;
  if (!must_answer && n_left > spec.thinking->n_close_tag + 1) return {};
  return [&spec, sample = sequence.sample, must_answer](TokenId token) {
    if (std::ranges::find(spec.stop_ids, token) != spec.stop_ids.end()) return true;
    const RequestSink::Verdict verdict = spec.sink->Foresee(sample, token);
    return verdict != RequestSink::Verdict::kThinking &&
           !(must_answer && verdict == RequestSink::Verdict::kBlank);
  };
}

Result<TokenLogprob> TokenChooser::Score(TokenId token, std::span<const float> logits) {
  LEMMA_ASSIGN_OR_RETURN(const SampledToken taken, sampler_.Take(logits, scoring_, token));
  return TokenLogprob{token, taken.logprob};
}

}  // namespace lemma::engine
