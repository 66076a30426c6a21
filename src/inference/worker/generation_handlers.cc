// Routes that generate: chat and plain completions.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "common/base/random_id.h"
#include "inference/worker/completion_stream.h"
#include "inference/worker/handlers.h"
#include "inference/worker/openai_reply.h"

namespace lemma::worker {
namespace {

// A request holds the pages of all that it may generate from its admission on. One that names no
// max_tokens has a share of them, so that others run beside it: an eighth where that holds the
// chain of thought that most problems need, else up to a quarter, and at least a short one.
constexpr int64_t kUnaskedPoolShare = 8;
constexpr int64_t kUnaskedPoolShareMost = 4;
constexpr int64_t kUnaskedTokensUsual = 11264;
constexpr int64_t kUnaskedTokensMin = 4096;

// Of a sample's tokens, what is kept for the answer after the thinking: a worked solution or a
// program. A quarter of max_tokens where that is less (answer_budget.h).
constexpr int32_t kAnswerTokens = 2048;

// Logprobs that a reply in one body may have: some 100 bytes each, so 25 MB. A stream has no limit,
// since it keeps none.
constexpr int64_t kBodyLogprobsMax = 1 << 18;

constexpr std::string_view kContextExceeded = "context_length_exceeded";

}  // namespace

int64_t KvTokens(const Context& context) {
  return context.engine.stats().n_pages * model::kPageTokens;
}

int64_t UnaskedTokens(const Context& context, int32_t n) {
  const int64_t pool_tokens = KvTokens(context);
  const int64_t share =
      std::max(pool_tokens / kUnaskedPoolShare,
               std::min(pool_tokens / kUnaskedPoolShareMost, kUnaskedTokensUsual));
  return std::min<int64_t>(context.options.defaults.max_tokens,
                           std::max(share / n, kUnaskedTokensMin));
}

namespace {

ReplyHead MakeHead(const Context& context, ReplyKind kind) {
  const char* prefix = kind == ReplyKind::kChat ? "chatcmpl-" : "cmpl-";
  return {.kind = kind,
          .id = prefix + RandomHex(),
          .created = SecondsSince1970(),
          .model = context.options.model_id,
          .system_fingerprint = context.system_fingerprint};
}

// How many tokens each sample may have. Errors name `prompt_field` where the prompt is too long.
Result<int32_t> ChooseMaxTokens(const Context& context, const GenerationParams& params,
                                int64_t n_prompt, const char* prompt_field) {
  const int64_t room = context.engine.output_tokens_max(n_prompt, params.n);
  const int32_t wanted = params.max_tokens.value_or(1);
  const int64_t pool_tokens = KvTokens(context);
  if (wanted > room) {
    // Which of the two is too small: the model's own limit, or what can be changed.
    const int32_t context_max = context.engine.config().context_length_max;
    const std::string holder =
        n_prompt + room < context_max
            ? fmt::format("KV memory holds {} tokens (--kv-gib)", pool_tokens)
            : fmt::format("the context holds {} tokens", context_max);
    return InvalidArgument(
        fmt::format("{}; the prompt's {} tokens and {} sample(s) leave room for {} each", holder,
                    n_prompt, params.n, std::max<int64_t>(room, 0)),
        room < 1 ? prompt_field : "max_tokens");
  }
  if (params.max_tokens) return *params.max_tokens;
  return static_cast<int32_t>(std::min(UnaskedTokens(context, params.n), room));
}

// The engine checks all other ids; it cannot tell these from the model's own.
Status CheckStopIds(const Context& context, const std::vector<TokenId>& ids) {
  for (const TokenId id : ids) {
    if (id >= context.engine.config().vocab_size) {
      return InvalidArgument(fmt::format("token {} is not in the vocabulary", id),
                             "stop_token_ids");
    }
  }
  return Ok();
}

// Errors name `logprobs_field` where a body would hold too many.
Status CheckLogprobsVolume(const GenerationParams& params, int32_t max_tokens,
                           const char* logprobs_field) {
  if (params.stream) return Ok();
  const int64_t per_token = params.sampling.n_logprobs + 1;
  if (int64_t{params.n} * max_tokens * per_token <= kBodyLogprobsMax) return Ok();
  return InvalidArgument(
      fmt::format(
          "{} samples of {} tokens with {} logprobs each are over {}: stream them, or set a "
          "smaller max_tokens",
          params.n, max_tokens, per_token, kBodyLogprobsMax),
      logprobs_field);
}

// What ends an answer by itself. In a chat the template's own tokens do too: a checkpoint may name
// another alone (VibeThinker-3B: <|endoftext|>), and the model would speak for the user next.
std::vector<TokenId> EndIds(const Context& context, ReplyKind kind) {
  std::vector<TokenId> ids = context.engine.config().eos_ids;
  if (kind != ReplyKind::kChat) return ids;
  for (const std::string_view content : {text::ChatTemplate::kTurnEnd, text::kEndOfText}) {
    if (const auto id = context.tokenizer.AddedToken(content)) ids.push_back(*id);
  }
  return ids;
}

engine::ThinkingRules MakeThinkingRules(const Context& context, const GenerationParams& params,
                                        bool is_open,
                                        const std::shared_ptr<const RequestWishes>& wishes) {
  engine::ThinkingRules rules;
  rules.close = context.thinking_tokens.close;
  rules.n_close_tag = context.thinking_tokens.n_tag;
  rules.bridge = context.thinking_tokens.bridge;
  if (params.thinking_tokens) rules.tokens_max = *params.thinking_tokens;
  rules.answer_tokens = kAnswerTokens;
  rules.is_open = is_open;
  rules.end_now = {wishes, &wishes->end_thinking};
  return rules;
}

// Whose computed prompts this request may use, and whose requests it may reach. Only a gateway may
// say it, which is on this machine's Unix socket or has presented the key: whoever else reaches a
// port could claim to be another.
uint64_t TenantOf(const WorkerOptions& options, const net::HttpRequest& request) {
  const std::string_view tenant = request.header("x-lemma-tenant");
  const bool is_trusted = request.peer == "unix" || !options.key.empty();
  return is_trusted && !tenant.empty() ? std::hash<std::string_view>()(tenant) : 0;
}

engine::GenerateRequest MakeEngineRequest(const Context& context, ReplyKind kind,
                                          const GenerationParams& params,
                                          std::vector<TokenId> prompt, int32_t max_tokens) {
  engine::GenerateRequest request;
  request.prompt = std::move(prompt);
  request.sampling = params.sampling;
  request.sampling.seed = params.seed.value_or(RandomU64());
  request.n = params.n;
  request.max_tokens = max_tokens;
  request.prompt_logprobs = params.prompt_logprobs;
  if (!params.ignore_eos) request.stop_ids = EndIds(context, kind);
  request.stop_ids.insert(request.stop_ids.end(), params.stop_token_ids.begin(),
                          params.stop_token_ids.end());
  if (params.deadline) request.deadline = context.clock.Now() + *params.deadline;
  request.loop_guard = params.loop_guard;
  return request;
}

void Generate(const Context& context, const CallPtr& call, ReplyKind kind,
              const GenerationParams& params, std::vector<TokenId> prompt) {
  const int64_t n_prompt = static_cast<int64_t>(prompt.size());
  const bool is_chat = kind == ReplyKind::kChat;
  const char* prompt_field = is_chat ? "messages" : "prompt";
  const Status stop_ids = CheckStopIds(context, params.stop_token_ids);
  if (!stop_ids.ok()) return call->Send(RenderError(stop_ids));
  const auto max_tokens = ChooseMaxTokens(context, params, n_prompt, prompt_field);
  if (!max_tokens.ok()) return call->Send(RenderError(max_tokens.status(), kContextExceeded));
  const Status volume =
      CheckLogprobsVolume(params, *max_tokens, is_chat ? "top_logprobs" : "logprobs");
  if (!volume.ok()) return call->Send(RenderError(volume));

  ReplyHead head = MakeHead(context, kind);
  const bool opens_thinking = is_chat && EndsInThinking(context.tokenizer, prompt);
  engine::GenerateRequest request =
      MakeEngineRequest(context, kind, params, std::move(prompt), *max_tokens);
  request.tenant = TenantOf(context.options, call->request());
  const auto wishes =
      context.running_requests.Add({head.id, call->request_id(), call->span_id()}, request.tenant);
  request.stopped = {wishes, &wishes->stopped};
  if (is_chat) request.thinking = MakeThinkingRules(context, params, opens_thinking, wishes);
  std::shared_ptr<ReplyWriter> writer;
  if (params.stream) {
    auto stream = std::make_shared<StreamWriter>(
        call, std::move(head),
        StreamWriter::Options{.n_choices = params.n,
                              .include_usage = params.include_usage,
                              .continuous_usage_stats = params.continuous_usage_stats});
    context.keep_alive.Watch(stream);
    writer = std::move(stream);
  } else {
    writer = std::make_shared<BodyWriter>(call, std::move(head), params.n);
  }
  request.sink = std::make_shared<CompletionStream>(
      CompletionStream::Shape{.kind = kind,
                              .n_prompt_tokens = n_prompt,
                              .n_samples = params.n,
                              .has_logprobs = params.sampling.n_logprobs >= 0,
                              .has_prompt_logprobs = params.prompt_logprobs,
                              .opens_thinking = opens_thinking,
                              .request_id = call->request_id(),
                              .trace_id = call->trace_id(),
                              .stops = params.stop,
                              .wishes = wishes},
      context.tokenizer, context.metrics, context.clock, std::move(writer));
  const auto id = context.engine.Submit(std::move(request));
  if (!id.ok()) return call->Send(RenderError(id.status()));
  // In every phase: while it waits, is prefilled, decodes. The engine outlives the server's
  // threads.
  call->OnClosed([&engine = context.engine, id = *id] { engine.Cancel(id); });
}

Status NotRunning(const std::string& id) {
  return NotFound("no request with the id \"" + id + "\" is running");
}

}  // namespace

int64_t SecondsSince1970() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void HandleChatCompletions(const Context& context, const CallPtr& call) {
  auto request = ParseChatRequest(call->request().body, context.options.defaults);
  if (!request.ok()) return call->Send(RenderError(request.status()));
  const Status model = CheckModelName(context.options, request->params.model);
  if (!model.ok()) return call->Send(RenderError(model));
  auto prompt = context.chat_template.RenderIds(request->messages, /*add_generation_prompt=*/true,
                                                context.tokenizer);
  if (!prompt.ok()) return call->Send(RenderError(prompt.status()));
  Generate(context, call, ReplyKind::kChat, request->params, std::move(prompt).value());
}

void HandleCompletions(const Context& context, const CallPtr& call) {
  auto request = ParseCompletionRequest(call->request().body, context.options.defaults);
  if (!request.ok()) return call->Send(RenderError(request.status()));
  const Status model = CheckModelName(context.options, request->params.model);
  if (!model.ok()) return call->Send(RenderError(model));
  std::vector<TokenId> prompt;
  if (const auto* text = std::get_if<std::string>(&request->prompt)) {
    prompt = context.tokenizer.Encode(*text, text::SpecialTokens::kRecognize);
  } else {
    prompt = std::get<std::vector<TokenId>>(std::move(request->prompt));
  }
  Generate(context, call, ReplyKind::kCompletion, request->params, std::move(prompt));
}

void HandleEndThinking(const Context& context, const CallPtr& call) {
  const std::string id(IdIn(call->request().path, kEndThinkingRoute));
  const uint64_t tenant = TenantOf(context.options, call->request());
  if (!context.running_requests.EndThinking(id, tenant)) {
    return call->Send(RenderError(NotRunning(id)));
  }
  call->Send(net::HttpResponse::Json(200, R"({"status":"ok"})"));
}

void HandleStop(const Context& context, const CallPtr& call) {
  const std::string id(IdIn(call->request().path, kStopRoute));
  const Result<uint64_t> samples = ParseStopRequest(call->request().body);
  if (!samples.ok()) return call->Send(RenderError(samples.status()));
  const uint64_t tenant = TenantOf(context.options, call->request());
  if (!context.running_requests.Stop(id, tenant, *samples)) {
    return call->Send(RenderError(NotRunning(id)));
  }
  call->Send(net::HttpResponse::Json(200, R"({"status":"ok"})"));
}

}  // namespace lemma::worker
