// Request bodies of the OpenAI protocol -> typed structs, every field checked. JSON ends here.
//
// Unknown fields are ignored (clients send user, metadata, store, ...). Fields whose silent neglect
// would mislead are refused: tools, functions, response_format other than text, echo, suffix,
// best_of. Errors are kInvalidArgument with the field's path.
// https://platform.openai.com/docs/api-reference; top_k, min_p, repetition_penalty, stop_token_ids,
// ignore_eos and continuous_usage_stats as vLLM spells them; the thinking's budget as OpenAI
// (reasoning_effort), vLLM (thinking_token_budget) and llama-server (thinking_budget_tokens) do;
// deadline_ms and loop_guard are our own; prompt_logprobs is vLLM's, of the prompt's own tokens
// alone (0).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/text/chat_template.h"
#include "inference/engine/engine.h"

namespace lemma::worker {

using engine::TokenId;

// What a request gets that does not say.
struct GenerationDefaults {
  float temperature = 0.6f;  // VibeThinker's card
  float top_p = 0.95f;
  // The output budget of VibeThinker's authors; less where the context or the memory is smaller.
  int32_t max_tokens = 40960;
};

inline constexpr int32_t kSamplesMax = 16;
inline constexpr double kRepetitionPenaltyMin = 0.01;  // a logit divided by less may overflow
inline constexpr size_t kStopStringsMax = 16;
inline constexpr size_t kStopStringBytesMax = 256;  // a stream holds back this much at most
inline constexpr size_t kStopTokenIdsMax = 64;
inline constexpr size_t kLogitBiasMax = 300;
inline constexpr int64_t kDeadlineMsMax = 24 * 3600 * 1000;

// What reasoning_effort is worth, in tokens of thinking; "high" and above: all that max_tokens
// leave. Models that think for 10,000 tokens and more about an olympiad's problem need such steps;
// vLLM's 1,024 and 2,048 would cut nearly all of it.
inline constexpr int32_t kMinimalEffortTokens = 512;
inline constexpr int32_t kLowEffortTokens = 2048;
inline constexpr int32_t kMediumEffortTokens = 8192;

// The fields that chat and plain completions share.
struct GenerationParams {
  std::string model;                // "": whichever is loaded
  engine::SamplingParams sampling;  // its seed is not set yet
  std::optional<uint64_t> seed;     // absent: random
  int32_t n = 1;
  std::optional<int32_t> max_tokens;
  std::vector<std::string> stop;  // matched in the answer, never in the thinking
  std::vector<TokenId> stop_token_ids;
  bool ignore_eos = false;
  bool stream = false;
  bool include_usage = false;           // at the end of the stream
  bool continuous_usage_stats = false;  // in every chunk of it, as vLLM spells it
  std::optional<std::chrono::milliseconds> deadline;
  std::optional<int32_t> thinking_tokens;  // at most; absent: all but the answer's part
  bool loop_guard = true;
  bool prompt_logprobs = false;  // of /v1/completions: how likely the prompt's own tokens are
};

struct ChatRequest {
  GenerationParams params;
  std::vector<text::ChatMessage> messages;  // thinking is removed from the assistant's
};

struct CompletionRequest {
  GenerationParams params;
  std::variant<std::string, std::vector<TokenId>> prompt;
};

struct TokenizeRequest {
  std::string text;
  bool parse_special = true;  // special tokens that the text spells become their ids
};

struct DetokenizeRequest {
  std::vector<TokenId> tokens;
};

struct ApplyTemplateRequest {
  std::vector<text::ChatMessage> messages;
  bool add_generation_prompt = true;
};

Result<ChatRequest> ParseChatRequest(std::string_view body, const GenerationDefaults& defaults);
Result<CompletionRequest> ParseCompletionRequest(std::string_view body,
                                                 const GenerationDefaults& defaults);
Result<TokenizeRequest> ParseTokenizeRequest(std::string_view body);
Result<DetokenizeRequest> ParseDetokenizeRequest(std::string_view body);
Result<ApplyTemplateRequest> ParseApplyTemplateRequest(std::string_view body);
// The samples that shall end, a bit each: all where the body is empty or does not say.
Result<uint64_t> ParseStopRequest(std::string_view body);

}  // namespace lemma::worker
