// What the worker's routes do. Handlers run on the HTTP server's threads and do not block; each
// answers its call, now or from the engine's thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "inference/worker/call.h"
#include "inference/worker/cpu_meter.h"
#include "inference/worker/heartbeat.h"
#include "inference/worker/keep_alive.h"
#include "inference/worker/running_requests.h"
#include "inference/worker/thinking_tokens.h"
#include "inference/worker/worker.h"

namespace lemma::worker {

// What handlers share. Outlives every call.
struct Context {
  const WorkerOptions& options;
  const text::Tokenizer& tokenizer;
  const text::ChatTemplate& chat_template;
  const Clock& clock;
  engine::Engine& engine;
  Metrics& metrics;
  Heartbeat& heartbeat;
  CpuMeter& cpu_meter;
  KeepAlive& keep_alive;
  RunningRequests& running_requests;
  const ThinkingTokens& thinking_tokens;
  const std::atomic<bool>& draining;
  int64_t start_seconds;  // since 1970
  std::string system_fingerprint;
};

using CallPtr = std::shared_ptr<Call>;

// generation_handlers.cc
void HandleChatCompletions(const Context& context, const CallPtr& call);
void HandleCompletions(const Context& context, const CallPtr& call);
void HandleEndThinking(const Context& context, const CallPtr& call);  // kEndThinkingRoute
void HandleStop(const Context& context, const CallPtr& call);         // kStopRoute
// That the engine's KV memory holds.
int64_t KvTokens(const Context& context);
// Of each of n samples where a request names no max_tokens, at most.
int64_t UnaskedTokens(const Context& context, int32_t n);

// info_handlers.cc
void HandleModels(const Context& context, const CallPtr& call);
void HandleModel(const Context& context, const CallPtr& call);  // /v1/models/{id}
void HandleTokenize(const Context& context, const CallPtr& call);
void HandleDetokenize(const Context& context, const CallPtr& call);
void HandleApplyTemplate(const Context& context, const CallPtr& call);
void HandleLivez(const Context& context, const CallPtr& call);
void HandleReadyz(const Context& context, const CallPtr& call);
void HandleMetrics(const Context& context, const CallPtr& call);

// Ok where `name` is "", the loaded model or an alias; else kNotFound with field "model".
Status CheckModelName(const WorkerOptions& options, const std::string& name);

int64_t SecondsSince1970();

inline constexpr std::string_view kModelRoute = "/v1/models/{id}";
inline constexpr std::string_view kEndThinkingRoute = "/v1/requests/{id}/end_thinking";
inline constexpr std::string_view kStopRoute = "/v1/requests/{id}/stop";
// What stands for {id} in a path of that route; "" where the path is none.
std::string_view IdIn(std::string_view path, std::string_view route);

}  // namespace lemma::worker
