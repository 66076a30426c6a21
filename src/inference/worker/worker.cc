#include "inference/worker/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "common/base/log.h"
#include "inference/worker/handlers.h"
#include "inference/worker/key_check.h"
#include "inference/worker/openai_reply.h"

namespace lemma::worker {
namespace {

struct Route {
  std::string_view path;
  std::string_view method;
  void (*handle)(const Context& context, const CallPtr& call);
  bool is_probe = false;  // whoever asks whether it lives has no key
};

constexpr Route kRoutes[] = {
    {"/v1/chat/completions", "POST", HandleChatCompletions},
    {"/v1/completions", "POST", HandleCompletions},
    {kEndThinkingRoute, "POST", HandleEndThinking},
    {kStopRoute, "POST", HandleStop},
    {"/v1/models", "GET", HandleModels},
    {kModelRoute, "GET", HandleModel},
    {"/tokenize", "POST", HandleTokenize},
    {"/detokenize", "POST", HandleDetokenize},
    {"/apply-template", "POST", HandleApplyTemplate},
    {"/livez", "GET", HandleLivez, /*is_probe=*/true},
    {"/readyz", "GET", HandleReadyz, /*is_probe=*/true},
    {"/health", "GET", HandleReadyz, /*is_probe=*/true},
    {"/metrics", "GET", HandleMetrics},
};

const Route* FindRoute(std::string_view path) {
  const auto* route = std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) {
    return r.path == path || !IdIn(path, r.path).empty();
  });
  return route == std::end(kRoutes) ? nullptr : route;
}

constexpr std::string_view kId = "{id}";

std::string Fingerprint(const model::BackendInfo& backend, const std::string& checkpoint) {
  return fmt::format("lemma {} weights, {} kv, {}{}{}", backend.weights, backend.kv, backend.device,
                     checkpoint.empty() ? "" : ", ", checkpoint);
}

}  // namespace

struct Worker::Impl {
  Impl(const WorkerOptions& the_options, WorkerModel the_model, const Clock& clock);
  void Handle(std::shared_ptr<net::HttpExchange> exchange);

  const WorkerOptions options;
  const text::Tokenizer tokenizer;
  const text::ChatTemplate chat_template;
  std::atomic<bool> draining{false};
  Heartbeat heartbeat;
  CpuMeter cpu_meter;
  KeepAlive keep_alive;
  RunningRequests running_requests;
  const ThinkingTokens thinking_tokens;
  Metrics metrics;  // the engine's sinks use it
  std::unique_ptr<engine::Engine> engine;
  Context context;
  std::unique_ptr<net::HttpServer> server;
};

Worker::Impl::Impl(const WorkerOptions& the_options, WorkerModel the_model, const Clock& clock)
    : options(the_options),
      tokenizer(std::move(the_model.tokenizer)),
      chat_template(std::move(the_model.chat_template)),
      heartbeat(options.stall_max),
      cpu_meter(the_model.backend->info().n_threads),
      keep_alive(options.ping_interval),
      thinking_tokens(ThinkingTokensOf(tokenizer)),
      metrics(options.model_id, options.version, the_model.backend->info()),
      engine(std::make_unique<engine::Engine>(std::move(the_model.backend), options.engine, clock)),
      context{.options = options,
              .tokenizer = tokenizer,
              .chat_template = chat_template,
              .clock = clock,
              .engine = *engine,
              .metrics = metrics,
              .heartbeat = heartbeat,
              .cpu_meter = cpu_meter,
              .keep_alive = keep_alive,
              .running_requests = running_requests,
              .thinking_tokens = thinking_tokens,
              .draining = draining,
              .start_seconds = SecondsSince1970(),
              .system_fingerprint = Fingerprint(engine->backend_info(), the_model.fingerprint)} {}

void Worker::Impl::Handle(std::shared_ptr<net::HttpExchange> exchange) {
  const net::HttpRequest& request = exchange->request();
  const Route* route = FindRoute(request.path);
  const auto call = std::make_shared<Call>(
      std::move(exchange), std::string(route == nullptr ? "unknown" : route->path), metrics);
  const Status allowed =
      route != nullptr && route->is_probe ? Ok() : CheckKey(options.key, request);
  if (!allowed.ok()) {
    net::HttpResponse response = RenderError(allowed);
    if (response.status == 401) {
      response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"lemma\""});
    }
    return call->Send(std::move(response));
  }
  if (route == nullptr) {
    return call->Send(RenderError(NotFound("there is nothing at " + request.path)));
  }
  if (request.method != route->method) {
    net::HttpResponse response = RenderHttpError(
        405, fmt::format("{} takes {}, not {}", route->path, route->method, request.method));
    response.headers.push_back({"Allow", std::string(route->method)});
    return call->Send(std::move(response));
  }
  route->handle(context, call);
}

std::string_view IdIn(std::string_view path, std::string_view route) {
  const size_t at = route.find(kId);
  if (at == route.npos) return "";
  const std::string_view before = route.substr(0, at);
  const std::string_view after = route.substr(at + kId.size());
  const bool fits = path.size() > before.size() + after.size() && path.starts_with(before) &&
                    path.ends_with(after);
  return fits ? path.substr(at, path.size() - before.size() - after.size()) : "";
}

Status CheckModelFiles(const model::ModelConfig& config, const text::Tokenizer& tokenizer,
                       const text::ChatTemplate& chat_template) {
  if (tokenizer.vocab_size() > config.vocab_size) {
    return DataLoss(fmt::format("tokenizer.json has ids up to {}, config.json's vocab_size is {}",
                                tokenizer.vocab_size() - 1, config.vocab_size));
  }
  return chat_template.CheckTokens(tokenizer);
}

Worker::Worker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Worker::~Worker() { Stop(); }

Result<std::unique_ptr<Worker>> Worker::Start(const WorkerOptions& options, WorkerModel model,
                                              const Clock& clock) {
  LEMMA_RETURN_IF_ERROR(
      CheckModelFiles(model.backend->config(), model.tokenizer, model.chat_template));
  auto impl = std::make_unique<Impl>(options, std::move(model), clock);
  LEMMA_ASSIGN_OR_RETURN(impl->server,
                         net::HttpServer::Start(
                             options.listen, options.n_http_threads, options.http,
                             [worker = impl.get()](std::shared_ptr<net::HttpExchange> exchange) {
                               worker->Handle(std::move(exchange));
                             },
                             RenderHttpError));
  LogInfo("worker: {} listens on {}", options.model_id, impl->server->address());
  return std::unique_ptr<Worker>(new Worker(std::move(impl)));
}

std::string Worker::address() const { return impl_->server->address(); }

void Worker::Drain() {
  impl_->draining = true;
  impl_->engine->Drain();
}

bool Worker::WaitUntilIdle(std::chrono::milliseconds limit) const {
  constexpr std::chrono::milliseconds kLook{20};
  const TimePoint until = std::chrono::steady_clock::now() + limit;
  while (impl_->server->n_active() > 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

void Worker::Stop() {
  // The server first, so that no handler and no disconnect reaches an engine that is gone.
  impl_->server->Stop();
  impl_->engine.reset();
}

engine::EngineStats Worker::engine_stats() const { return impl_->engine->stats(); }

}  // namespace lemma::worker
