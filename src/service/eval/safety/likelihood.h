// How likely a model finds a text: the sum of its tokens' log-likelihoods, by prompt_logprobs of
// POST /v1/completions (docs/http.md; vLLM has it too).
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"

namespace lemma::eval {

struct Likelihood {
  double sum = 0;  // natural logarithm
  int n_tokens = 0;
  double per_token() const { return n_tokens == 0 ? 0 : sum / n_tokens; }
};

// A line break stands before the text, so that its first token counts too.
net::HttpRequest LikelihoodRequest(const std::string& model, std::string_view text);

// Nothing where the server has no prompt_logprobs: it refuses them (400) or leaves them out.
// Errors: kDataLoss for what is no such reply; kInvalidArgument for another status.
Result<std::optional<Likelihood>> ParseLikelihood(const net::HttpResponse& response);

}  // namespace lemma::eval
