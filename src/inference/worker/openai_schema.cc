#include "inference/worker/openai_schema.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "common/base/field_reader.h"
#include "common/base/json.h"
#include "common/text/chat_messages.h"
#include "inference/engine/sampler.h"

namespace lemma::worker {
namespace {

namespace json = boost::json;

constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr size_t kTokenIdsMax = 1 << 20;  // more cannot stand in a body

void ReadStop(FieldReader& body, std::vector<std::string>& stops) {
  const json::value* value = body.Find("stop");
  if (value == nullptr) return;
  const auto add = [&](const std::string& path, const json::value& stop) {
    if (!stop.is_string()) return body.Fail(path, "must be a string");
    if (stop.get_string().size() > kStopStringBytesMax) {
      return body.Fail(path, fmt::format("must have at most {} bytes", kStopStringBytesMax));
    }
    stops.emplace_back(stop.get_string());
  };
  if (!value->is_array()) return add("stop", *value);
  const json::array& array = value->get_array();
  if (array.size() > kStopStringsMax) {
    return body.Fail("stop", fmt::format("must have at most {} strings", kStopStringsMax));
  }
  for (size_t i = 0; i < array.size(); ++i) add(fmt::format("stop[{}]", i), array[i]);
}

void ReadLogitBias(FieldReader& body, engine::SamplingParams& sampling) {
  const json::object* bias = body.FindObject("logit_bias");
  if (bias == nullptr) return;
  if (bias->size() > kLogitBiasMax) {
    return body.Fail("logit_bias", fmt::format("must have at most {} tokens", kLogitBiasMax));
  }
  for (const auto& [key, value] : *bias) {
    TokenId token = -1;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), token);
    if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size() || token < 0) {
      return body.Fail("logit_bias", "its keys must be token ids");
    }
    const double number = value.is_number() ? value.to_number<double>() : 1000;
    if (!(number >= -100 && number <= 100)) {
      return body.Fail("logit_bias",
                       fmt::format("token {}: must be a number from -100 to 100", token));
    }
    sampling.logit_bias.emplace_back(token, static_cast<float>(number));
  }
}

void ReadSampling(FieldReader& body, const GenerationDefaults& defaults, GenerationParams& params) {
  engine::SamplingParams& sampling = params.sampling;
  sampling.temperature = defaults.temperature;
  sampling.top_p = defaults.top_p;
  body.ReadNumber("temperature", 0, 2, sampling.temperature);
  body.ReadNumber("top_p", 0, 1, sampling.top_p, /*low_open=*/true);
  body.ReadInteger("top_k", -1, kInt32Max, sampling.top_k);
  if (sampling.top_k < 0) sampling.top_k = 0;
  body.ReadNumber("min_p", 0, 1, sampling.min_p);
  body.ReadNumber("repetition_penalty", kRepetitionPenaltyMin, 10, sampling.repetition_penalty);
  body.ReadNumber("presence_penalty", -2, 2, sampling.presence_penalty);
  body.ReadNumber("frequency_penalty", -2, 2, sampling.frequency_penalty);
  ReadLogitBias(body, sampling);
  if (body.Find("seed") != nullptr) {
    int64_t seed = 0;
    body.ReadInteger("seed", std::numeric_limits<int64_t>::min(),
                     std::numeric_limits<int64_t>::max(), seed);
    params.seed = static_cast<uint64_t>(seed);
  }
}

void ReadLimits(FieldReader& body, GenerationParams& params) {
  body.ReadInteger("n", 1, kSamplesMax, params.n);
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {  // the newer name wins
    if (body.Find(name) == nullptr) continue;
    int32_t max_tokens = 0;
    body.ReadInteger(name, 1, kInt32Max, max_tokens);
    params.max_tokens = max_tokens;
  }
  if (body.Find("deadline_ms") != nullptr) {
    int64_t deadline_ms = 0;
    body.ReadInteger("deadline_ms", 1, kDeadlineMsMax, deadline_ms);
    params.deadline = std::chrono::milliseconds(deadline_ms);
  }
  ReadStop(body, params.stop);
  body.ReadTokenIds("stop_token_ids", kStopTokenIdsMax, params.stop_token_ids);
  body.ReadBool("ignore_eos", params.ignore_eos);
  // Who wants so many tokens whatever they are wants loops too.
  params.loop_guard = !params.ignore_eos;
  body.ReadBool("loop_guard", params.loop_guard);
}

void ReadEffort(FieldReader& body, std::optional<int32_t>& thinking_tokens) {
  std::string effort;
  body.ReadString("reasoning_effort", effort);
  if (effort == "none") {
    thinking_tokens = 0;
  } else if (effort == "minimal") {
    thinking_tokens = kMinimalEffortTokens;
  } else if (effort == "low") {
    thinking_tokens = kLowEffortTokens;
  } else if (effort == "medium") {
    thinking_tokens = kMediumEffortTokens;
  } else if (!effort.empty() && effort != "high" && effort != "xhigh" && effort != "max") {
    body.Fail("reasoning_effort",
              "must be \"none\", \"minimal\", \"low\", \"medium\", \"high\", \"xhigh\" or \"max\"");
  }
}

// A number says more than an effort, and vLLM's name more than llama-server's.
void ReadThinking(FieldReader& body, std::optional<int32_t>& thinking_tokens) {
  ReadEffort(body, thinking_tokens);
  for (const char* name : {"thinking_budget_tokens", "thinking_token_budget"}) {
    if (body.Find(name) == nullptr) continue;
    int32_t budget = 0;
    body.ReadInteger(name, -1, kInt32Max, budget);
    thinking_tokens.reset();
    if (budget >= 0) thinking_tokens = budget;
  }
}

void ReadStreaming(FieldReader& body, GenerationParams& params) {
  body.ReadBool("stream", params.stream);
  if (const json::object* options = body.FindObject("stream_options")) {
    FieldReader reader = body.Within(*options, "stream_options");
    reader.ReadBool("include_usage", params.include_usage);
    reader.ReadBool("continuous_usage_stats", params.continuous_usage_stats);
  }
}

void RefuseUnsupported(FieldReader& body) {
  for (const char* name : {"tools", "functions"}) {
    const json::value* value = body.Find(name);
    if (value == nullptr) continue;
    if (!value->is_array()) return body.Fail(name, "must be an array");
    if (!value->get_array().empty()) return body.Fail(name, "not supported by this model");
  }
  if (const json::object* format = body.FindObject("response_format")) {
    std::string type;
    FieldReader reader = body.Within(*format, "response_format");
    reader.ReadString("type", type);
    if (type != "text") reader.Fail("type", "not supported: only \"text\" is");
  }
  bool echo = false;
  body.ReadBool("echo", echo);
  if (echo) body.Fail("echo", "not supported");
  std::string suffix;
  body.ReadString("suffix", suffix);
  if (!suffix.empty()) body.Fail("suffix", "not supported");
  int64_t best_of = 1;
  body.ReadInteger("best_of", 1, kSamplesMax, best_of);
  if (best_of > 1) body.Fail("best_of", "not supported: ask for n samples");
}

void ReadGeneration(FieldReader& body, const GenerationDefaults& defaults,
                    GenerationParams& params) {
  body.ReadString("model", params.model);
  ReadSampling(body, defaults, params);
  ReadLimits(body, params);
  ReadStreaming(body, params);
  RefuseUnsupported(body);
}

void ReadPromptLogprobs(FieldReader& body, GenerationParams& params) {
  if (body.Find("prompt_logprobs") == nullptr) return;
  int32_t n_top = 0;
  body.ReadInteger("prompt_logprobs", 0, 0, n_top);
  if (params.stream) body.Fail("prompt_logprobs", "is for replies that are not streamed");
  if (params.n > 1) body.Fail("prompt_logprobs", "needs n to be 1");
  params.prompt_logprobs = true;
}

void ReadChatLogprobs(FieldReader& body, int32_t& n_logprobs) {
  if (body.Find("prompt_logprobs") != nullptr) {
    body.Fail("prompt_logprobs", "not supported in a chat: /v1/completions has it");
  }
  bool wanted = false;
  body.ReadBool("logprobs", wanted);
  int32_t n_top = 0;
  body.ReadInteger("top_logprobs", 0, engine::kLogprobsMax, n_top);
  if (n_top > 0 && !wanted) body.Fail("top_logprobs", "needs logprobs: true");
  if (wanted) n_logprobs = n_top;
}

void ReadPrompt(FieldReader& body, CompletionRequest& request) {
  const json::value* prompt = body.Require("prompt");
  if (prompt == nullptr) return;
  if (prompt->is_string()) {
    request.prompt = std::string(prompt->get_string());
    return;
  }
  const bool has_text =
      prompt->is_array() && !prompt->get_array().empty() && prompt->get_array()[0].is_string();
  if (has_text) {
    if (prompt->get_array().size() > 1) return body.Fail("prompt", "must be one prompt");
    request.prompt = std::string(prompt->get_array()[0].get_string());
    return;
  }
  if (!prompt->is_array()) {
    return body.Fail("prompt", "must be a string or an array of token ids");
  }
  std::vector<TokenId> ids;
  body.ReadTokenIds("prompt", kTokenIdsMax, ids);
  request.prompt = std::move(ids);
}

// Parses the body and lets `read` fill `request` from it.
template <typename Request, typename Read>
Result<Request> ParseBody(std::string_view text, const Read& read) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(text, "the request's body"));
  Status status;
  FieldReader body(object, "", status);
  Request request;
  read(body, request);
  if (!status.ok()) return status;
  return request;
}

}  // namespace

Result<ChatRequest> ParseChatRequest(std::string_view body, const GenerationDefaults& defaults) {
  return ParseBody<ChatRequest>(body, [&](FieldReader& reader, ChatRequest& request) {
    text::ReadMessages(reader, request.messages);
    ReadGeneration(reader, defaults, request.params);
    ReadThinking(reader, request.params.thinking_tokens);
    ReadChatLogprobs(reader, request.params.sampling.n_logprobs);
  });
}

Result<CompletionRequest> ParseCompletionRequest(std::string_view body,
                                                 const GenerationDefaults& defaults) {
  return ParseBody<CompletionRequest>(body, [&](FieldReader& reader, CompletionRequest& request) {
    ReadPrompt(reader, request);
    ReadGeneration(reader, defaults, request.params);
    reader.ReadInteger("logprobs", 0, engine::kLogprobsMax, request.params.sampling.n_logprobs);
    ReadPromptLogprobs(reader, request.params);
  });
}

Result<TokenizeRequest> ParseTokenizeRequest(std::string_view body) {
  return ParseBody<TokenizeRequest>(body, [](FieldReader& reader, TokenizeRequest& request) {
    const char* name = reader.Find("content") != nullptr ? "content" : "prompt";
    reader.Require(name);
    reader.ReadString(name, request.text);
    bool add_special = false;  // checked, and without effect: Qwen2 has no such tokens
    reader.ReadBool("add_special", add_special);
    reader.ReadBool("parse_special", request.parse_special);
  });
}

Result<DetokenizeRequest> ParseDetokenizeRequest(std::string_view body) {
  return ParseBody<DetokenizeRequest>(body, [](FieldReader& reader, DetokenizeRequest& request) {
    reader.Require("tokens");
    reader.ReadTokenIds("tokens", kTokenIdsMax, request.tokens);
  });
}

Result<ApplyTemplateRequest> ParseApplyTemplateRequest(std::string_view body) {
  return ParseBody<ApplyTemplateRequest>(
      body, [](FieldReader& reader, ApplyTemplateRequest& request) {
        text::ReadMessages(reader, request.messages);
        reader.ReadBool("add_generation_prompt", request.add_generation_prompt);
      });
}

Result<uint64_t> ParseStopRequest(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const json::object body,
                         ParseJsonObject(text.empty() ? "{}" : text, "the body"));
  Status status;
  FieldReader fields(body, "", status);
  if (fields.Find("samples") == nullptr) return ~uint64_t{0};
  std::vector<int32_t> samples;
  fields.ReadTokenIds("samples", kSamplesMax, samples);
  uint64_t bits = 0;
  for (const int32_t sample : samples) {
    if (sample >= kSamplesMax) {
      fields.Fail("samples", fmt::format("there is no sample {}", sample));
    } else {
      bits |= uint64_t{1} << sample;
    }
  }
  if (samples.empty()) fields.Fail("samples", "is empty: leave it out to end all");
  LEMMA_RETURN_IF_ERROR(status);
  return bits;
}

}  // namespace lemma::worker
