#include "inference/worker/openai_reply.h"

#include <boost/json.hpp>
#include <utility>

#include "common/base/error_body.h"
#include "common/base/random_id.h"
#include "common/text/unicode.h"

namespace lemma::worker {
namespace {

namespace json = boost::json;

json::object RenderHead(const ReplyHead& head, bool is_chunk) {
  const bool is_chat = head.kind == ReplyKind::kChat;
  const char* chat_object = is_chunk ? "chat.completion.chunk" : "chat.completion";
  return {{"id", head.id},
          {"object", is_chat ? chat_object : "text_completion"},
          {"created", head.created},
          {"model", head.model},
          {"system_fingerprint", head.system_fingerprint}};
}

std::string ToValidUtf8(const std::string& bytes) {
  std::string storage;
  return std::string(text::ValidUtf8(bytes, storage));
}

json::object RenderLogprobToken(const LogprobEntry::Token& token) {
  json::array bytes;
  for (const char c : token.bytes) bytes.push_back(static_cast<uint8_t>(c));
  return {{"token", ToValidUtf8(token.bytes)}, {"logprob", token.logprob}, {"bytes", bytes}};
}

json::value RenderChatLogprobs(const std::vector<LogprobEntry>& entries) {
  json::array content;
  for (const LogprobEntry& entry : entries) {
    json::object token = RenderLogprobToken(entry.token);
    json::array top;
    for (const LogprobEntry::Token& alternative : entry.top) {
      top.push_back(RenderLogprobToken(alternative));
    }
    token["top_logprobs"] = std::move(top);
    token["entropy"] = entry.entropy;
    content.push_back(std::move(token));
  }
  return json::object{{"content", std::move(content)}, {"refusal", nullptr}};
}

json::value RenderCompletionLogprobs(const std::vector<LogprobEntry>& entries) {
  json::array tokens;
  json::array token_logprobs;
  json::array top_logprobs;
  json::array text_offset;
  for (const LogprobEntry& entry : entries) {
    tokens.push_back(json::value(ToValidUtf8(entry.token.bytes)));
    token_logprobs.push_back(entry.token.logprob);
    json::object top;
    for (const LogprobEntry::Token& alternative : entry.top) {
      top.emplace(ToValidUtf8(alternative.bytes), alternative.logprob);
    }
    top_logprobs.push_back(std::move(top));
    text_offset.push_back(entry.text_offset);
  }
  return json::object{{"tokens", std::move(tokens)},
                      {"token_logprobs", std::move(token_logprobs)},
                      {"top_logprobs", std::move(top_logprobs)},
                      {"text_offset", std::move(text_offset)}};
}

// As vLLM has it: an object a token, and null for the first, before which there is nothing.
json::array RenderPromptLogprobs(const std::vector<PromptToken>& tokens) {
  json::array array = {nullptr};
  for (const PromptToken& token : tokens) {
    json::object entry;
    entry[std::to_string(token.id)] = {{"logprob", token.logprob},
                                       {"decoded_token", ToValidUtf8(token.bytes)}};
    array.push_back(std::move(entry));
  }
  return array;
}

json::value RenderStopReason(const Choice& choice) {
  if (const auto* text = std::get_if<std::string>(&choice.stop_reason)) return json::value(*text);
  if (const auto* id = std::get_if<TokenId>(&choice.stop_reason)) return *id;
  return nullptr;
}

// nullptr where the thinking ended as the model wanted.
const char* ThinkingClosedName(engine::ThinkingClosed closed) {
  switch (closed) {
    case engine::ThinkingClosed::kSoftly:
      return "soft";
    case engine::ThinkingClosed::kBudget:
      return "budget";
    case engine::ThinkingClosed::kAsked:
      return "asked";
    case engine::ThinkingClosed::kLoop:
      return "loop";
    case engine::ThinkingClosed::kNever:
    case engine::ThinkingClosed::kModel:
      return nullptr;
  }
  return nullptr;
}

json::object RenderIntervention(const Intervention& done) {
  json::object object;
  const char* closed = ThinkingClosedName(done.thinking_closed);
  if (closed != nullptr) object["thinking_closed"] = closed;
  if (done.loops.n_rewinds > 0) {
    const bool concluded = done.thinking_closed == engine::ThinkingClosed::kLoop;
    object["loop"] = {{"action", done.stopped_loop ? "stop"
                                 : concluded       ? "conclude"
                                                   : "rewind"},
                      {"rewinds", done.loops.n_rewinds},
                      {"period", done.loops.period},
                      {"copies", done.loops.n_copies}};
  }
  if (done.answer_salvaged) object["answer_salvaged"] = true;
  return object;
}

// All of a choice but its text.
json::object RenderChoiceEnds(ReplyKind kind, const Choice& choice) {
  json::value logprobs = nullptr;
  if (choice.has_logprobs) {
    logprobs = kind == ReplyKind::kChat ? RenderChatLogprobs(choice.logprobs)
                                        : RenderCompletionLogprobs(choice.logprobs);
  }
  json::value finish_reason = nullptr;
  if (!choice.finish_reason.empty()) finish_reason = json::value(choice.finish_reason);
  json::object object = {{"index", choice.index},
                         {"logprobs", std::move(logprobs)},
                         {"finish_reason", std::move(finish_reason)},
                         {"stop_reason", RenderStopReason(choice)}};
  json::object intervention = RenderIntervention(choice.intervention);
  if (!intervention.empty()) object["lemma"] = std::move(intervention);
  if (choice.prompt_logprobs) {
    object["prompt_logprobs"] = RenderPromptLogprobs(*choice.prompt_logprobs);
  }
  if (choice.n_tokens > 0) object["usage"] = {{"completion_tokens", choice.n_tokens}};
  return object;
}

// Both names that clients look for.
void AddReasoning(json::object& message, const std::string& reasoning) {
  message["reasoning_content"] = reasoning;
  message["reasoning"] = reasoning;
}

json::object RenderUsage(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", usage.prompt_tokens + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}}},
          {"completion_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}}};
}

double PerSecond(int64_t n, double ms) { return ms > 0 ? static_cast<double>(n) * 1000 / ms : 0; }

json::object RenderTimings(const Timings& timings) {
  return {{"prompt_n", timings.prompt_n},
          {"prompt_ms", timings.prompt_ms},
          {"prompt_per_second", PerSecond(timings.prompt_n, timings.prompt_ms)},
          {"predicted_n", timings.predicted_n},
          {"predicted_ms", timings.predicted_ms},
          {"predicted_per_second", PerSecond(timings.predicted_n, timings.predicted_ms)}};
}

json::object ModelObject(const ModelEntry& entry) {
  return {{"id", entry.id},
          {"object", "model"},
          {"created", entry.created},
          {"owned_by", "lemma"},
          {"root", entry.id},
          {"parent", nullptr},
          {"max_model_len", entry.max_model_len}};
}

net::HttpResponse ErrorResponse(int http_status, std::string body) {
  net::HttpResponse response = net::HttpResponse::Json(http_status, std::move(body));
  if (http_status == 503) {
    // A few seconds, spread so that the refused do not all come back at once.
    response.headers.push_back({"Retry-After", std::to_string(1 + RandomU64() % 4)});
    response.headers.push_back({"x-should-retry", "true"});
  } else if (http_status == 504) {
    response.headers.push_back({"x-should-retry", "false"});
  }
  return response;
}

}  // namespace

std::string RenderReply(const ReplyHead& head, const std::vector<Choice>& choices,
                        const Usage& usage, const Timings& timings) {
  json::array rendered;
  for (const Choice& choice : choices) {
    json::object object = RenderChoiceEnds(head.kind, choice);
    if (head.kind == ReplyKind::kChat) {
      json::object message = {{"role", "assistant"}, {"content", choice.content}};
      if (!choice.reasoning.empty()) AddReasoning(message, choice.reasoning);
      object["message"] = std::move(message);
    } else {
      object["text"] = choice.content;
    }
    rendered.push_back(std::move(object));
  }
  json::object reply = RenderHead(head, /*is_chunk=*/false);
  reply["choices"] = std::move(rendered);
  reply["usage"] = RenderUsage(usage);
  reply["timings"] = RenderTimings(timings);
  return json::serialize(reply);
}

std::string RenderChunk(const ReplyHead& head, const Choice& piece, bool opens,
                        const Usage* so_far) {
  json::object object = RenderChoiceEnds(head.kind, piece);
  if (head.kind == ReplyKind::kChat) {
    json::object delta;
    if (opens) delta["role"] = "assistant";
    if (!piece.reasoning.empty()) AddReasoning(delta, piece.reasoning);
    if (opens || !piece.content.empty()) delta["content"] = piece.content;
    object["delta"] = std::move(delta);
  } else {
    object["text"] = piece.content;
  }
  json::object chunk = RenderHead(head, /*is_chunk=*/true);
  chunk["choices"] = json::array{std::move(object)};
  if (so_far != nullptr) chunk["usage"] = RenderUsage(*so_far);
  return json::serialize(chunk);
}

std::string RenderUsageChunk(const ReplyHead& head, const Usage& usage, const Timings& timings) {
  json::object chunk = RenderHead(head, /*is_chunk=*/true);
  chunk["choices"] = json::array();
  chunk["usage"] = RenderUsage(usage);
  chunk["timings"] = RenderTimings(timings);
  return json::serialize(chunk);
}

std::string RenderModel(const ModelEntry& entry) { return json::serialize(ModelObject(entry)); }

std::string RenderModelList(const ModelEntry& entry) {
  return json::serialize(
      json::object{{"object", "list"}, {"data", json::array{ModelObject(entry)}}});
}

std::string RenderTokens(const std::vector<TokenId>& tokens, int32_t max_model_len) {
  return json::serialize(json::object{{"tokens", json::value_from(tokens)},
                                      {"count", tokens.size()},
                                      {"max_model_len", max_model_len}});
}

std::string RenderDetokenized(const std::string& text) {
  return json::serialize(json::object{{"content", text}, {"prompt", text}});
}

std::string RenderPrompt(const std::string& prompt) {
  return json::serialize(json::object{{"prompt", prompt}});
}

std::string RenderHealth(std::string_view status, Duration heartbeat_age, const ResourceUse& use,
                         const HealthCapacity& capacity) {
  const auto age_ms = std::chrono::duration_cast<std::chrono::milliseconds>(heartbeat_age).count();
  return json::serialize(json::object{{"status", status},
                                      {"heartbeat_age_ms", age_ms},
                                      {"kv_usage", use.kv},
                                      {"cpu_usage", use.cpu},
                                      {"gpu", kNoGpu},
                                      {"requests_max", capacity.requests_max},
                                      {"tokens_max", capacity.tokens_max},
                                      {"answer_tokens", capacity.answer_tokens}});
}

net::HttpResponse RenderError(const Status& status, std::string_view code) {
  return ErrorResponse(HttpStatusOf(status), ErrorBody(status, code));
}

net::HttpResponse RenderErrorWithUsage(const Status& status, const Usage& usage) {
  std::string body = ErrorBody(status);
  body.pop_back();  // its "}"
  body += ",\"usage\":" + json::serialize(RenderUsage(usage)) + "}";
  return ErrorResponse(HttpStatusOf(status), std::move(body));
}

net::HttpResponse RenderHttpError(int http_status, const std::string& message) {
  return ErrorResponse(http_status, HttpErrorBody(http_status, message));
}

}  // namespace lemma::worker
