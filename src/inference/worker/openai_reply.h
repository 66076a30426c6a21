// Replies of the OpenAI protocol: typed structs -> JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http.h"
#include "inference/engine/engine.h"

namespace lemma::worker {

using engine::TokenId;

enum class ReplyKind { kChat, kCompletion };

// What every object of one reply repeats.
struct ReplyHead {
  ReplyKind kind = ReplyKind::kChat;
  std::string id;       // "chatcmpl-..."
  int64_t created = 0;  // seconds since 1970
  std::string model;
  std::string system_fingerprint;  // which weights, held how, on which device
};

struct LogprobEntry {
  struct Token {
    std::string bytes;  // as the vocabulary has them: not always whole characters
    float logprob = 0;
  };
  Token token;
  float entropy = 0;        // of all tokens at this place, in nats
  std::vector<Token> top;   // descending
  int64_t text_offset = 0;  // characters of the sample before this token
};

// A token of the prompt, from the second on.
struct PromptToken {
  TokenId id = 0;
  std::string bytes;
  float logprob = 0;
};

// What was done so that the sample ended with an answer; rendered as the choice's `lemma`, where
// anything was.
struct Intervention {
  engine::ThinkingClosed thinking_closed = engine::ThinkingClosed::kNever;
  engine::LoopReport loops;
  bool stopped_loop = false;
  bool answer_salvaged = false;  // the answer is what stood boxed in the thinking
};

// Of one sample: its whole text, or in a stream the next piece of it.
struct Choice {
  int32_t index = 0;
  std::string reasoning;
  std::string content;
  bool has_logprobs = false;
  std::vector<LogprobEntry> logprobs;
  std::optional<std::vector<PromptToken>> prompt_logprobs;  // of a finished one, where wanted
  std::string finish_reason;                                // "": not finished
  std::variant<std::monostate, std::string, TokenId> stop_reason;  // the stop string or id
  Intervention intervention;                                       // of a finished one
  int64_t n_tokens = 0;  // of a finished one of several: rendered as its own `usage`
};

// Tokens of the whole request. Completion tokens include the EOS or stop id that ended a sample.
struct Usage {
  int64_t prompt_tokens = 0;
  int64_t cached_tokens = 0;  // of the prompt, computed by an earlier request
  int64_t completion_tokens = 0;
  int64_t reasoning_tokens = 0;
};

// As llama-server reports; prompt_ms includes the wait in the queue.
struct Timings {
  int64_t prompt_n = 0;
  double prompt_ms = 0;
  int64_t predicted_n = 0;
  double predicted_ms = 0;
};

struct ModelEntry {
  std::string id;
  int64_t created = 0;
  int32_t max_model_len = 0;
};

std::string RenderReply(const ReplyHead& head, const std::vector<Choice>& choices,
                        const Usage& usage, const Timings& timings);
// One event of a stream. `opens` adds the role, which a chat's first event of a choice carries.
// `so_far`, where it is not null, is what the whole request has used up to here.
std::string RenderChunk(const ReplyHead& head, const Choice& piece, bool opens,
                        const Usage* so_far = nullptr);
// The event before [DONE], with `choices` empty.
std::string RenderUsageChunk(const ReplyHead& head, const Usage& usage, const Timings& timings);

std::string RenderModel(const ModelEntry& entry);
std::string RenderModelList(const ModelEntry& entry);
std::string RenderTokens(const std::vector<TokenId>& tokens, int32_t max_model_len);
std::string RenderDetokenized(const std::string& text);  // llama-server's and vLLM's field
std::string RenderPrompt(const std::string& prompt);
// The engine computes on processors alone: no GPU is read, and none is made up.
inline constexpr const char* kNoGpu = "none";

// What a worker computes at a time.
struct HealthCapacity {
  int64_t requests_max = 0;
  int64_t tokens_max = 0;     // that its KV memory holds
  int64_t answer_tokens = 0;  // of an answer to a request without max_tokens, at most
};
// What of it is in use, 0 to 1.
struct ResourceUse {
  double kv = 0;   // of the KV memory, by requests
  double cpu = 0;  // of the processors that it computes with (cpu_meter.h)
};
// `heartbeat_age`: since the engine last computed anything (heartbeat.h).
std::string RenderHealth(std::string_view status, Duration heartbeat_age, const ResourceUse& use,
                         const HealthCapacity& capacity);

// base/error_body.h, with Retry-After where trying again later may help (503).
net::HttpResponse RenderError(const Status& status, std::string_view code = "");
// The same of a request that had begun: its body also has `usage`, as an answer has.
net::HttpResponse RenderErrorWithUsage(const Status& status, const Usage& usage);
net::HttpResponse RenderHttpError(int http_status, const std::string& message);

}  // namespace lemma::worker
