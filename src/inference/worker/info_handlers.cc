// Routes that do not generate: models, tokens, templates, health, metrics.
#include <algorithm>

#include "common/text/detokenizer.h"
#include "inference/worker/handlers.h"
#include "inference/worker/openai_reply.h"

namespace lemma::worker {
namespace {

ModelEntry EntryOf(const Context& context) {
  return {.id = context.options.model_id,
          .created = context.start_seconds,
          .max_model_len = context.engine.tokens_max()};
}

void SendJson(const CallPtr& call, std::string body) {
  call->Send(net::HttpResponse::Json(200, std::move(body)));
}

// 200, or 503 with what is wrong; in both cases how long ago the engine computed anything, so that
// a router sees an engine that hangs also while this server answers; how much it computes at a
// time, so that a router knows what would only wait here; and what it computes on, for people.
void SendHealth(const Context& context, const CallPtr& call, bool is_well, const char* otherwise) {
  const engine::EngineStats stats = context.engine.stats();
  const Duration age = context.heartbeat.Age(stats.n_beats, context.clock.Now());
  const ResourceUse use = {.kv = stats.kv_usage(),
                           .cpu = context.cpu_meter.Usage(std::chrono::steady_clock::now())};
  const HealthCapacity capacity = {.requests_max = context.options.engine.sequences_max,
                                   .tokens_max = KvTokens(context),
                                   .answer_tokens = UnaskedTokens(context, /*n=*/1)};
  call->Send(net::HttpResponse::Json(is_well ? 200 : 503,
                                     RenderHealth(is_well ? "ok" : otherwise, age, use, capacity)));
}

}  // namespace

Status CheckModelName(const WorkerOptions& options, const std::string& name) {
  const auto& aliases = options.model_aliases;
  const bool known = name.empty() || name == options.model_id ||
                     std::find(aliases.begin(), aliases.end(), name) != aliases.end();
  if (known) return Ok();
  return Status(StatusCode::kNotFound, "there is no model \"" + name + "\" here", "model");
}

void HandleModels(const Context& context, const CallPtr& call) {
  SendJson(call, RenderModelList(EntryOf(context)));
}

void HandleModel(const Context& context, const CallPtr& call) {
  const std::string id(IdIn(call->request().path, kModelRoute));
  const Status status = CheckModelName(context.options, id);
  if (!status.ok()) return call->Send(RenderError(status));
  SendJson(call, RenderModel(EntryOf(context)));
}

void HandleTokenize(const Context& context, const CallPtr& call) {
  const auto request = ParseTokenizeRequest(call->request().body);
  if (!request.ok()) return call->Send(RenderError(request.status()));
  const auto special =
      request->parse_special ? text::SpecialTokens::kRecognize : text::SpecialTokens::kAsText;
  SendJson(call, RenderTokens(context.tokenizer.Encode(request->text, special),
                              context.engine.tokens_max()));
}

void HandleDetokenize(const Context& context, const CallPtr& call) {
  const auto request = ParseDetokenizeRequest(call->request().body);
  if (!request.ok()) return call->Send(RenderError(request.status()));
  text::Detokenizer detokenizer(context.tokenizer, /*skip_special=*/false);
  std::string text;
  for (const TokenId id : request->tokens) text += detokenizer.Push(id);
  text += detokenizer.Finish();
  SendJson(call, RenderDetokenized(text));
}

void HandleApplyTemplate(const Context& context, const CallPtr& call) {
  const auto request = ParseApplyTemplateRequest(call->request().body);
  if (!request.ok()) return call->Send(RenderError(request.status()));
  const auto prompt =
      context.chat_template.Render(request->messages, request->add_generation_prompt);
  if (!prompt.ok()) return call->Send(RenderError(prompt.status()));
  SendJson(call, RenderPrompt(*prompt));
}

void HandleLivez(const Context& context, const CallPtr& call) {
  const bool is_alive =
      context.heartbeat.IsAlive(context.engine.stats().n_beats, context.clock.Now());
  SendHealth(context, call, is_alive, "stalled");
}

void HandleReadyz(const Context& context, const CallPtr& call) {
  SendHealth(context, call, !context.draining, "draining");
}

void HandleMetrics(const Context& context, const CallPtr& call) {
  call->Send({200,
              {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
              context.metrics.Render(context.engine.stats())});
}

}  // namespace lemma::worker
