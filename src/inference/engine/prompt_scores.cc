#include "inference/engine/prompt_scores.h"

#include <algorithm>

namespace lemma::engine {

Status TellPromptScores(const Request& request, int32_t n_tokens, std::span<const float> logits,
                        TokenChooser& chooser) {
  const Sequence& first = request.samples.front();
  const size_t vocab_size = logits.size() / static_cast<size_t>(n_tokens);
  // What follows the prompt's last token is not the prompt's.
  const int32_t n_scored = std::min(n_tokens, first.n_prompt - 1 - first.n_computed);
  for (int32_t i = 0; i < n_scored; ++i) {
    const TokenId token = first.tokens[static_cast<size_t>(first.n_computed + i + 1)];
    LEMMA_ASSIGN_OR_RETURN(
        const TokenLogprob scored,
        chooser.Score(token, logits.subspan(static_cast<size_t>(i) * vocab_size, vocab_size)));
    request.spec.sink->OnPromptToken(scored);
  }
  return Ok();
}

}  // namespace lemma::engine
