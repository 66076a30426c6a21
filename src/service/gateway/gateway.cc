#include "service/gateway/gateway.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "common/net/http_client.h"
#include "service/gateway/errors.h"
#include "service/gateway/generate_reply.h"
#include "service/gateway/generate_request.h"
#include "service/gateway/metrics.h"
#include "service/gateway/models_reply.h"
#include "service/gateway/probes.h"
#include "service/gateway/relay.h"
#include "service/gateway/reply.h"
#include "service/gateway/system_prompt.h"

namespace lemma::gateway {
namespace {

using std::chrono::milliseconds;

constexpr const char* kHowToAsk =
    "Lemma: a reasoning server.\n\n"
    "  curl http://HOST/generate -d '{\"prompt\": \"What is 47 * 36?\"}'\n\n"
    "POST /generate             {\"prompt\", \"system\"?, \"profile\"?, \"max_tokens\"?,\n"
    "                            \"temperature\"?, \"top_p\"?, \"seed\"?, \"stream\"?}\n"
    "POST /v1/chat/completions  the OpenAI protocol; also /v1/completions, /v1/models\n"
    "GET  /readyz, /metrics\n";

net::HttpClientOptions WorkerClientOptions() {
  net::HttpClientOptions options;
  // An answer that is not streamed begins when it is complete: 40,960 tokens at 10 a second.
  options.first_byte_timeout = std::chrono::hours(2);
  options.idle_timeout = std::chrono::minutes(5);
  options.body_bytes_max = 1 << 30;  // relay.h bounds what is held; this ends what never ends
  return options;
}

net::HttpClientOptions ProbeClientOptions() {
  net::HttpClientOptions options;
  options.connect_timeout = options.first_byte_timeout = options.idle_timeout = milliseconds(1000);
  return options;
}

}  // namespace

struct Gateway::Impl {
  explicit Impl(const GatewayOptions& gateway_options)
      : options(gateway_options),
        link{*options.pool, options.in_flight_max, worker_client, metrics},
        worker_client(WorkerClientOptions()),
        probe_client(ProbeClientOptions()) {}

  using Answer = void (Impl::*)(std::shared_ptr<Reply>);
  struct Route {
    const char* method;
    const char* path;  // with a '/' at its end: whatever is below it
    Answer answer;
  };
  static const Route kRoutes[];

  void Handle(std::shared_ptr<net::HttpExchange> exchange);
  void Generate(std::shared_ptr<Reply> reply);
  void Chat(std::shared_ptr<Reply> reply);
  void PassOn(std::shared_ptr<Reply> reply);
  void Models(std::shared_ptr<Reply> reply);
  void Live(std::shared_ptr<Reply> reply);
  void Ready(std::shared_ptr<Reply> reply);
  void ShowMetrics(std::shared_ptr<Reply> reply);
  void HowToAsk(std::shared_ptr<Reply> reply);

  const GatewayOptions options;
  Metrics metrics;
  WorkerLink link;  // before the clients, whose last calls still use it
  net::HttpClient worker_client;
  net::HttpClient probe_client;
  std::atomic<bool> draining{false};
  std::unique_ptr<net::HttpServer> server;  // last: goes first, while the clients still run
};

// A path below which the worker decides about the method has "" as its method. The first that fits
// counts.
const Gateway::Impl::Route Gateway::Impl::kRoutes[] = {
    {"POST", "/generate", &Impl::Generate},
    {"POST", "/v1/chat/completions", &Impl::Chat},
    {"GET", "/v1/models", &Impl::Models},
    {"GET", "/v1/models/", &Impl::Models},
    {"", "/v1/", &Impl::PassOn},
    {"", "/tokenize", &Impl::PassOn},
    {"", "/detokenize", &Impl::PassOn},
    {"", "/apply-template", &Impl::PassOn},
    {"GET", "/livez", &Impl::Live},
    {"GET", "/readyz", &Impl::Ready},
    {"GET", "/health", &Impl::Ready},
    {"GET", "/metrics", &Impl::ShowMetrics},
    {"GET", "/", &Impl::HowToAsk},
};

void Gateway::Impl::Handle(std::shared_ptr<net::HttpExchange> exchange) {
  const std::string& path = exchange->request().path;
  const std::string& method = exchange->request().method;
  const auto route = std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) {
    const std::string_view known = r.path;
    return path == known || (known.size() > 1 && known.ends_with('/') && path.starts_with(known));
  });
  if (route == std::end(kRoutes)) {
    Reply reply(std::move(exchange), "unknown", metrics);
    return reply.SendError(NotFound("there is no " + path + " here; see GET /"));
  }
  auto reply = std::make_shared<Reply>(exchange, route->path, metrics);
  const std::string_view wanted = route->method;
  if (wanted.empty() || method == wanted || (wanted == "GET" && method == "HEAD")) {
    if (draining && wanted != "GET") {
      return reply->SendError(Unavailable("the service is shutting down"));
    }
    return (this->*route->answer)(std::move(reply));
  }
  reply->AddHeader("Allow", std::string(wanted));
  reply->Send(HttpErrorResponse(405, path + " takes " + std::string(wanted)));
}

void Gateway::Impl::Generate(std::shared_ptr<Reply> reply) {
  const Result<GenerateRequest> request =
      ParseGenerateRequest(reply->request().body, *options.profiles());
  if (!request.ok()) return reply->SendError(request.status());
  const std::string& profile = request->profile_name();
  reply->AddHeader("x-lemma-profile", profile);
  if (profile != kCustomProfile) metrics.CountInjection(profile);
  net::HttpRequest for_worker = ForWorker(*reply);
  for_worker.target = "/v1/chat/completions";
  for_worker.body = ChatBodyOf(*request);
  Relay(link, std::move(reply), std::move(for_worker), MapToGenerateReply(profile));
}

void Gateway::Impl::Chat(std::shared_ptr<Reply> reply) {
  Result<ChatWithSystem> chat = WithSystemPrompt(reply->request().body, *options.profiles());
  if (!chat.ok()) return reply->SendError(chat.status());
  reply->AddHeader("x-lemma-profile", chat->profile);
  if (chat->profile != kCustomProfile) metrics.CountInjection(chat->profile);
  net::HttpRequest for_worker = ForWorker(*reply);
  for_worker.body = std::move(chat->body);
  Relay(link, std::move(reply), std::move(for_worker), PassThrough());
}

void Gateway::Impl::PassOn(std::shared_ptr<Reply> reply) {
  net::HttpRequest for_worker = ForWorker(*reply);
  Relay(link, std::move(reply), std::move(for_worker), PassThrough());
}

void Gateway::Impl::Models(std::shared_ptr<Reply> reply) {
  reply->Send(ModelsReply(options.pool->Models(), reply->request().path));
}

void Gateway::Impl::Live(std::shared_ptr<Reply> reply) {
  reply->Send(net::HttpResponse::Json(200, R"({"status":"ok"})"));
}

void Gateway::Impl::Ready(std::shared_ptr<Reply> reply) {
  if (draining) return reply->SendError(Unavailable("the service is draining"));
  if (options.pool->n_ready() == 0) return reply->SendError(Unavailable("no worker is ready"));
  Live(std::move(reply));
}

void Gateway::Impl::ShowMetrics(std::shared_ptr<Reply> reply) {
  AnswerMetrics(probe_client, *options.pool, metrics, std::move(reply));
}

void Gateway::Impl::HowToAsk(std::shared_ptr<Reply> reply) {
  reply->Send(net::HttpResponse::Text(200, kHowToAsk));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gateway::~Gateway() { Stop(); }

Result<std::unique_ptr<Gateway>> Gateway::Start(const GatewayOptions& options) {
  LEMMA_CHECK(options.pool != nullptr, "a gateway needs a pool");
  auto impl = std::make_unique<Impl>(options);
  LEMMA_ASSIGN_OR_RETURN(impl->server,
                         net::HttpServer::Start(
                             options.listen, options.n_threads, options.limits,
                             [impl = impl.get()](std::shared_ptr<net::HttpExchange> exchange) {
                               impl->Handle(std::move(exchange));
                             },
                             HttpErrorResponse));
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

std::string Gateway::address() const { return impl_->server->address(); }

int Gateway::n_active() const { return impl_->server->n_active(); }

void Gateway::Drain() {
  impl_->draining = true;
  const TimePoint until = std::chrono::steady_clock::now() + impl_->options.drain_timeout;
  while (n_active() > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  impl_->server->StopAccepting();
}

void Gateway::Stop() { impl_->server->Stop(); }

}  // namespace lemma::gateway
