#include "inference/engine/request_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/engine/sampler.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {
namespace {

bool IsToken(TokenId token, const RequestLimits& limits) {
  return token >= 0 && token < limits.vocab_size;
}

// Written so that NaN is out of every range.
bool InRange(float value, float low, float high) { return value >= low && value <= high; }

Status CheckSize(const GenerateRequest& request, const RequestLimits& limits) {
  if (request.prompt.empty()) return InvalidArgument("the prompt has no tokens", "prompt");
  for (const TokenId token : request.prompt) {
    if (!IsToken(token, limits)) {
      return InvalidArgument(fmt::format("token {} is not in the vocabulary", token), "prompt");
    }
  }
  if (request.n < 1 || request.n > limits.sequences_max) {
    return InvalidArgument(fmt::format("must be from 1 to {}", limits.sequences_max), "n");
  }
  if (request.max_tokens < 1) return InvalidArgument("must be at least 1", "max_tokens");
  const int64_t n_prompt = static_cast<int64_t>(request.prompt.size());
  if (n_prompt + request.max_tokens > limits.tokens_max) {
    return InvalidArgument(
        fmt::format("the prompt's {} tokens and max_tokens {} exceed the context of {} tokens",
                    n_prompt, request.max_tokens, limits.tokens_max),
        n_prompt >= limits.tokens_max ? "prompt" : "max_tokens");
  }
  if (PagesNeeded(n_prompt, request.max_tokens, request.n) > limits.pages_max) {
    return InvalidArgument(
        fmt::format("{} samples of {} tokens exceed the memory for {} tokens", request.n,
                    n_prompt + request.max_tokens, int64_t{limits.pages_max} * model::kPageTokens),
        "n");
  }
  return Ok();
}

Status CheckSampling(const SamplingParams& params, const RequestLimits& limits) {
  constexpr float kMax = std::numeric_limits<float>::max();
  if (!InRange(params.temperature, 0, kMax)) {
    return InvalidArgument("must be a number of at least 0", "temperature");
  }
  if (!InRange(params.top_p, std::numeric_limits<float>::min(), 1)) {
    return InvalidArgument("must be over 0 and at most 1", "top_p");
  }
  if (params.top_k < 0) return InvalidArgument("must be at least 0", "top_k");
  if (!InRange(params.min_p, 0, 1)) return InvalidArgument("must be from 0 to 1", "min_p");
  if (!InRange(params.repetition_penalty, std::numeric_limits<float>::min(), kMax)) {
    return InvalidArgument("must be a number over 0", "repetition_penalty");
  }
  if (!std::isfinite(params.presence_penalty)) {
    return InvalidArgument("must be a number", "presence_penalty");
  }
  if (!std::isfinite(params.frequency_penalty)) {
    return InvalidArgument("must be a number", "frequency_penalty");
  }
  for (const auto& [token, bias] : params.logit_bias) {
    if (!IsToken(token, limits)) {
      return InvalidArgument(fmt::format("token {} is not in the vocabulary", token), "logit_bias");
    }
    if (!std::isfinite(bias)) return InvalidArgument("must be a number", "logit_bias");
  }
  if (params.n_logprobs < -1 || params.n_logprobs > kLogprobsMax) {
    return InvalidArgument(fmt::format("must be at most {}", kLogprobsMax), "n_logprobs");
  }
  return Ok();
}

Status CheckThinking(const ThinkingRules& rules, const RequestLimits& limits) {
  if (rules.close.empty()) return InvalidArgument("must have a token", "close");
  for (const auto& [field, tokens] :
       {std::pair("close", &rules.close), {"bridge", &rules.bridge}}) {
    for (const TokenId token : *tokens) {
      if (IsToken(token, limits)) continue;
      return InvalidArgument(fmt::format("token {} is not in the vocabulary", token), field);
    }
  }
  if (rules.n_close_tag < 1 || rules.n_close_tag > std::ssize(rules.close)) {
    return InvalidArgument("must be at least 1 and at most the length of close", "n_close_tag");
  }
  if (rules.tokens_max < 0) return InvalidArgument("must be at least 0", "tokens_max");
  if (rules.answer_tokens < 0) return InvalidArgument("must be at least 0", "answer_tokens");
  return Ok();
}

}  // namespace

RequestLimits LimitsOf(const model::Backend& backend, int32_t sequences_max) {
  const int64_t tokens_of_pages = int64_t{backend.n_pages()} * model::kPageTokens;
  return {.vocab_size = backend.config().vocab_size,
          .tokens_max = static_cast<int32_t>(
              std::min<int64_t>(backend.config().context_length_max, tokens_of_pages)),
          .pages_max = backend.n_pages(),
          .sequences_max = sequences_max};
}

int64_t OutputTokensMax(const RequestLimits& limits, int64_t n_prompt, int32_t n) {
  const int64_t n_shared = n_prompt / model::kPageTokens;
  const int64_t pages_of_one = n_shared + (limits.pages_max - n_shared) / std::max(n, 1);
  return std::min<int64_t>(limits.tokens_max, pages_of_one * model::kPageTokens) - n_prompt;
}

Status CheckRequest(const GenerateRequest& request, const RequestLimits& limits) {
  LEMMA_RETURN_IF_ERROR(CheckSize(request, limits));
  if (request.thinking) LEMMA_RETURN_IF_ERROR(CheckThinking(*request.thinking, limits));
  return CheckSampling(request.sampling, limits);
}

}  // namespace lemma::engine
