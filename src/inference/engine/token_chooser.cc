#include "inference/engine/token_chooser.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace lemma::engine {
namespace {

using Verdict = RequestSink::Verdict;

// What the sample would be after the token.
Verdict Foresee(const GenerateRequest& spec, int32_t sample, TokenId token) {
  const bool stops = std::ranges::find(spec.stop_ids, token) != spec.stop_ids.end();
  return stops ? Verdict::kStop : spec.sink->Foresee(sample, token);
}

// What a sample's next token has to heed.
enum class Ending {
  kNotThinking,  // there would be no room to close it and to answer
  kAnswer,       // it is the last one, and shows something
};

std::optional<Ending> EndingOf(const Request& request, Sequence& sequence) {
  const auto& rules = request.spec.thinking;
  if (!rules || sequence.budget.is_open()) return std::nullopt;
  const int32_t n_left = request.tokens_left(sequence);
  if (std::exchange(sequence.must_answer, false) || n_left == 1) return Ending::kAnswer;
  if (n_left <= rules->n_close_tag + 1) return Ending::kNotThinking;
  return std::nullopt;
}

bool Fits(Verdict verdict, Ending ending) {
  return verdict == Verdict::kContinue ||
         (verdict == Verdict::kBlank && ending == Ending::kNotThinking);
}

}  // namespace

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
  const SamplePosition position = {.tokens = sequence.tokens,
                                   .n_prompt = sequence.n_prompt,
                                   .sample = sequence.sample,
                                   .n_rewound = sequence.n_rewound,
                                   .banned = banned};
  LEMMA_ASSIGN_OR_RETURN(SampledToken sampled, sampler_.Sample(logits, spec.sampling, position));
  if (const std::optional<Ending> ending = EndingOf(request, sequence)) {
    const auto fits = [&](TokenId token, bool may_stop) {
      const Verdict verdict = Foresee(spec, sequence.sample, token);
      return verdict == Verdict::kStop ? may_stop : Fits(verdict, *ending);
    };
    // Nothing but the model itself stops a sample.
    if (!fits(sampled.token, /*may_stop=*/true)) {
      sampled = sampler_.SampleAnother(logits, spec.sampling, position,
                                       [&](TokenId token) { return fits(token, false); });
    }
  }
  return ChosenToken{.sampled = sampled};
}

Result<TokenLogprob> TokenChooser::Score(TokenId token, std::span<const float> logits) {
  LEMMA_ASSIGN_OR_RETURN(const SampledToken taken, sampler_.Take(logits, scoring_, token));
  return TokenLogprob{token, taken.logprob};
}

}  // namespace lemma::engine
