#include "service/gateway/gateway.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <utility>

#include "common/base/log.h"
#include "common/net/http_client.h"
#include "service/gateway/admitter.h"
#include "service/gateway/errors.h"
#include "service/gateway/free_calls.h"
#include "service/gateway/generate_reply.h"
#include "service/gateway/generate_request.h"
#include "service/gateway/gpu_watch.h"
#include "service/gateway/key_lanes.h"
#include "service/gateway/metrics.h"
#include "service/gateway/models_reply.h"
#include "service/gateway/off_domain.h"
#include "service/gateway/page.h"
#include "service/gateway/profiles_reply.h"
#include "service/gateway/relay.h"
#include "service/gateway/reply.h"
#include "service/gateway/reply_exchange.h"
#include "service/gateway/revocation_watch.h"
#include "service/gateway/system_prompt.h"
#include "service/gateway/worker_metrics.h"
#include "service/gateway/worker_request.h"
#include "service/jobs/jobs.h"
#include "service/solve/asked_chat.h"
#include "service/solve/solver.h"
#include "service/store/request_log.h"

namespace lemma::gateway {
namespace {

constexpr int kLanes = 4;  // each waits for one transaction at a time
// Of a key and in a lane, a body of up to 1 MiB with each; the pool's line has fewer places.
constexpr size_t kKeyRequestsMax = 1024, kLaneRequestsMax = 2048;

// Below /v1/ the worker knows what a POST does; what it generates is counted where we know it too.
CallKind KindOf(const net::HttpRequest& request) {
  const bool may_generate =
      request.method != "GET" && request.method != "HEAD" && request.path.starts_with("/v1/");
  if (!may_generate) return CallKind::kFree;
  return request.path == "/v1/completions" ? CallKind::kCompletion : CallKind::kOther;
}

net::HttpClientOptions WorkerClientOptions() {
  net::HttpClientOptions options;
  // An answer that is not streamed begins when it is complete: 40,960 tokens at 10 a second.
  options.first_byte_timeout = std::chrono::hours(2);
  options.idle_timeout = std::chrono::minutes(5);
  options.body_bytes_max = 1 << 30;  // relay.h bounds what is held; this ends what never ends
  return options;
}

ProfileCaller CallerOf(Reply& reply, const GatewayOptions& options) {
  const KeyPtr key = reply.account().key();
  ProfileCaller caller = key ? ProfileCaller{key->id, key->spec.profiles} : ProfileCaller();
  caller.chosen_from = options.chosen_profiles;
  return caller;
}

}  // namespace

struct Gateway::Impl {
  explicit Impl(const GatewayOptions& gateway_options)
      : options(gateway_options),
        door(options.access.keys, options.access.requires_keys),
        page(options.page),
        metrics(options.version),
        lanes(kLanes, kKeyRequestsMax, kLaneRequestsMax),
        books{lanes, live, metrics, options.access.log, options.spans},
        link{*options.pool, worker_client, metrics},
        admitter(options.access, *options.pool, lanes, metrics,
                 [this](Call call) { Forward(std::move(call)); }),
        loops(options.n_threads),
        worker_client(loops, WorkerClientOptions()),
        worker_metrics(*options.pool),
        solver({.front_door = FrontDoor(),
                .profiles = options.profiles,
                .judge = options.judge,
                .no_judge = options.no_judge}) {
    if (options.access.keys != nullptr) revocations.emplace(*options.access.keys, live);
  }
  // Requests that wait in the lanes use the clients: they end first. So do those that a run asks.
  ~Impl() {
    server.reset();
    if (job_desk) job_desk->Stop();
    solver.Stop();
    lanes.Close();
  }

  using Answer = void (Impl::*)(std::shared_ptr<Reply>);
  struct Route {
    const char* method;
    const char* path;  // with a '/' at its end: whatever is below it
    RouteNeed need;
    Answer answer;
    RequestUse use = RequestUse::kNone;
  };
  static const Route kRoutes[];

  void Handle(std::shared_ptr<net::HttpExchange> exchange);
  net::HttpHandler FrontDoor() {
    return [this](std::shared_ptr<net::HttpExchange> exchange) { Handle(std::move(exchange)); };
  }
  // Whose request it is; false: it is answered.
  bool Enter(Reply& reply, RouteNeed need);
  void Forward(Call call);
  // Says it where a question is none for its profile; the refusal, "" where it is asked.
  std::string ActOn(const DomainVerdict& verdict, const std::string& profile, Reply& reply);
  void Generate(std::shared_ptr<Reply> reply);
  void Chat(std::shared_ptr<Reply> reply);
  void PassOn(std::shared_ptr<Reply> reply);
  void Solve(std::shared_ptr<Reply> reply);
  void Control(std::shared_ptr<Reply> reply);
  void StartJobs();
  void AnswerJobs(std::shared_ptr<Reply> reply);
  void Models(std::shared_ptr<Reply> reply);
  void Profiles(std::shared_ptr<Reply> reply);
  void Live(std::shared_ptr<Reply> reply);
  void Ready(std::shared_ptr<Reply> reply);
  void ShowMetrics(std::shared_ptr<Reply> reply);
  void ShowPage(std::shared_ptr<Reply> reply);

  const GatewayOptions options;
  const Door door;
  const Page page;
  Metrics metrics;
  const GpuWatch gpus;
  KeyLanes lanes;     // before all that ends requests: what they used is settled here
  LiveRequests live;  // before all that holds one of them
  const Books books;
  WorkerLink link;  // before the clients, whose last calls still use it
  Admitter admitter;
  FreeCalls free_calls, job_calls;
  net::IoLoops loops;  // of the server and of the client towards replicas
  net::HttpClient worker_client;
  WorkerMetrics worker_metrics;
  std::atomic<bool> draining{false};
  solve::Solver solver;
  std::optional<jobs::Jobs> job_desk;
  std::optional<RevocationWatch> revocations;
  std::unique_ptr<net::HttpServer> server;  // last: goes first, while the clients still run
};

// "" as the method: below that path the worker decides about it. The first that fits counts.
const Gateway::Impl::Route Gateway::Impl::kRoutes[] = {
    {"POST", "/generate", RouteNeed::kInference, &Impl::Generate, RequestUse::kInference},
    {"POST", "/v1/chat/completions", RouteNeed::kInference, &Impl::Chat, RequestUse::kInference},
    {"POST", "/v1/solve", RouteNeed::kInference, &Impl::Solve, RequestUse::kRun},
    {"POST", "/v1/requests/", RouteNeed::kInference, &Impl::Control},
    {"", "/v1/jobs", RouteNeed::kInference, &Impl::AnswerJobs, RequestUse::kRun},
    {"", "/v1/jobs/", RouteNeed::kInference, &Impl::AnswerJobs},
    {"GET", "/v1/models", RouteNeed::kInference, &Impl::Models},
    {"GET", "/v1/models/", RouteNeed::kInference, &Impl::Models},
    {"GET", "/v1/profiles", RouteNeed::kInference, &Impl::Profiles},
    {"", "/v1/", RouteNeed::kInference, &Impl::PassOn},
    {"", "/tokenize", RouteNeed::kInference, &Impl::PassOn},
    {"", "/detokenize", RouteNeed::kInference, &Impl::PassOn},
    {"", "/apply-template", RouteNeed::kInference, &Impl::PassOn},
    {"GET", "/livez", RouteNeed::kNothing, &Impl::Live},
    {"GET", "/readyz", RouteNeed::kNothing, &Impl::Ready},
    {"GET", "/health", RouteNeed::kNothing, &Impl::Ready},
    {"GET", "/metrics", RouteNeed::kMetrics, &Impl::ShowMetrics},
    // Of a page that has to ask for the key, no secret is part.
    {"GET", "/", RouteNeed::kNothing, &Impl::ShowPage},
    {"GET", "/assets/", RouteNeed::kNothing, &Impl::ShowPage},
    {"GET", "/admin", RouteNeed::kNothing, &Impl::ShowPage},
};

void Gateway::Impl::Handle(std::shared_ptr<net::HttpExchange> exchange) {
  const std::string& path = exchange->request().path;
  const std::string& method = exchange->request().method;
  const auto route = std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) {
    const std::string_view known = r.path;
    return path == known || (known.size() > 1 && known.ends_with('/') && path.starts_with(known));
  });
  if (route == std::end(kRoutes)) {
    Reply reply(exchange, "unknown", metrics, books, RequestUse::kNone);
    if (!Enter(reply, RouteNeed::kAnyKey)) return;
    return reply.SendError(NotFound("there is no " + path + " here; see GET /"));
  }
  RequestUse use = route->use;
  if (route->answer == &Impl::PassOn && KindOf(exchange->request()) != CallKind::kFree) {
    use = RequestUse::kInference;
  }
  auto reply = std::make_shared<Reply>(exchange, route->path, metrics, books, use);
  if (!Enter(*reply, route->need)) return;
  const std::string_view wanted = route->method;
  if (wanted.empty() || method == wanted || (wanted == "GET" && method == "HEAD")) {
    // A run that has begun may ask on.
    if (draining && wanted != "GET" && !solve::IsOwn(exchange->request())) {
      return reply->SendError(Unavailable("the service is shutting down"));
    }
    return (this->*route->answer)(std::move(reply));
  }
  reply->AddHeader("Allow", std::string(wanted));
  reply->Send(HttpErrorResponse(405, path + " takes " + std::string(wanted)));
}

bool Gateway::Impl::Enter(Reply& reply, RouteNeed need) {
  Result<KeyPtr> key = door.Check(reply.request(), need);
  if (!key.ok()) {
    if (key.status().code() == StatusCode::kUnauthenticated) {
      reply.AddHeader("WWW-Authenticate", "Bearer realm=\"lemma\"");
    }
    reply.SendError(key.status());
    return false;
  }
  reply.account().SetKey(std::move(*key));
  reply.account().SetPrompt(reply.request().body);
  return true;
}

void Gateway::Impl::Forward(Call call) {
  if (!call.refusal.empty()) {
    const auto models = options.pool->Models();
    return AnswerRefusal(*call.reply, call.request, *call.mapper, call.refusal,
                         models.empty() ? "lemma" : models.front().id);
  }
  Relay(link, std::move(call.reply), std::move(call.request), std::move(call.mapper));
}

std::string Gateway::Impl::ActOn(const DomainVerdict& verdict, const std::string& profile,
                                 Reply& reply) {
  if (!options.judges_domain || verdict.policy == reason::OffDomainPolicy::kPass) return "";
  const char* outcome = verdict.refusal.empty() ? "warned" : "refused";
  reply.AddHeader("x-lemma-off-domain", outcome);
  metrics.CountOffDomain(profile, outcome);
  LogInfo(reply.log_subject(), "gateway: off-domain for {}: {}", profile, outcome);
  return verdict.refusal;
}

void Gateway::Impl::Generate(std::shared_ptr<Reply> reply) {
  const Result<GenerateRequest> request =
      ParseGenerateRequest(reply->request().body, *options.profiles(), CallerOf(*reply, options));
  if (!request.ok()) return reply->SendError(request.status());
  const std::string& profile = request->profile_name();
  reply->SetProfile(profile, request->prompts.uses_profile ? request->profile.get() : nullptr);
  if (profile != kCustomProfile) metrics.CountInjection(profile);
  net::HttpRequest for_worker = ForWorker(*reply);
  for_worker.target = "/v1/chat/completions";
  for_worker.body = ChatBodyOf(*request);
  std::string refusal = ActOn(request->domain, profile, *reply);
  admitter.Admit({std::move(reply), std::move(for_worker), CallKind::kChat,
                  MapToGenerateReply(profile), std::move(refusal)});
}

void Gateway::Impl::Chat(std::shared_ptr<Reply> reply) {
  Result<ChatWithSystem> chat =
      WithSystemPrompt(reply->request().body, *options.profiles(), CallerOf(*reply, options));
  if (!chat.ok()) return reply->SendError(chat.status());
  const Status allowed =
      CallerOf(*reply, options).Check(chat->profile);  // of messages that are none
  if (!allowed.ok()) return reply->SendError(allowed);
  const bool uses_profile = chat->chosen != nullptr && chat->chosen->name == chat->profile;
  reply->SetProfile(chat->profile, uses_profile ? chat->chosen.get() : nullptr);
  if (chat->profile != kCustomProfile) metrics.CountInjection(chat->profile);
  net::HttpRequest for_worker = ForWorker(*reply);
  for_worker.body = std::move(chat->body);
  std::string refusal = ActOn(chat->domain, chat->profile, *reply);
  admitter.Admit({std::move(reply), std::move(for_worker), CallKind::kChat,
                  PassThrough(CallKind::kChat), std::move(refusal)});
}

void Gateway::Impl::PassOn(std::shared_ptr<Reply> reply) {
  const CallKind kind = KindOf(reply->request());
  const bool has_turn = kind != CallKind::kFree && reply->request().method == "POST";  // routing.h
  auto mapper = has_turn ? PassThrough(kind) : free_calls.Begin(reply->account().key_id());
  if (mapper == nullptr) return reply->SendError(Unavailable("too many such calls"), "overloaded");
  if (kind != CallKind::kFree) {  // without any profile's prompt
    const Status allowed = CallerOf(*reply, options).Check(kCustomProfile);
    if (!allowed.ok()) return reply->SendError(allowed);
  }
  net::HttpRequest for_worker = ForWorker(*reply);
  admitter.Admit({std::move(reply), std::move(for_worker), kind, std::move(mapper)});
}

void Gateway::Impl::Solve(std::shared_ptr<Reply> reply) {
  solver.Solve(ReplyExchange::Over(reply), reply->request_id(),
               {reply->account().key_id(), reply->account().deadline_ms()});
}

// The replica that has the request knows what to do with it. Its x-request-id says which one that
// is; of a chat's own id, which replicas choose, nothing is known here, so any is asked: where
// there are keys nobody may, as it could be another's.
void Gateway::Impl::Control(std::shared_ptr<Reply> reply) {
  const std::string_view rest =
      std::string_view(reply->request().path).substr(std::strlen("/v1/requests/"));
  const std::string id(rest.substr(0, rest.find('/')));
  const KeyPtr key = reply->account().key();
  const std::optional<LiveView> running = live.Find(id, reply->account().key_id());
  if (!running && key != nullptr) {
    return reply->SendError(NotFound("no request of yours with the id \"" + id + "\" is running"));
  }
  net::HttpRequest for_worker = ForWorker(*reply);
  Relay(link, std::move(reply), std::move(for_worker), PassThrough(),
        running ? running->replica : "");
}

void Gateway::Impl::StartJobs() {
  if (options.access.jobs == nullptr) return;
  job_desk.emplace(
      jobs::JobsOptions{.store = options.access.jobs,
                        .front_door = FrontDoor(),
                        .can_run = [pool = options.pool] { return pool->n_ready() > 0; },
                        .limits = {},
                        .runner = options.job_runner,
                        .reach = options.webhook_reach});
}

void Gateway::Impl::AnswerJobs(std::shared_ptr<Reply> reply) {
  if (!job_desk) {
    return reply->SendError(NotFound(
        "this server keeps no jobs, since it has nowhere to: start it with --data-dir DIR"));
  }
  const std::string key_id = reply->account().key_id();
  const auto exchange = ReplyExchange::Over(reply);
  const auto place = job_calls.Take(key_id);
  const auto answer = [this, exchange, key_id, place] { job_desk->Answer(exchange, key_id); };
  if (place == nullptr || !lanes.TryRequest(key_id, answer)) {
    exchange->Send(
        ErrorResponse(Unavailable("too many requests wait for the database"), "overloaded"));
  }
}

void Gateway::Impl::Models(std::shared_ptr<Reply> reply) {
  reply->Send(ModelsReply(options.pool->Models(), reply->request().path));
}

void Gateway::Impl::Profiles(std::shared_ptr<Reply> reply) {
  reply->Send(ProfilesReply(*options.profiles(), CallerOf(*reply, options)));
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
  std::string own = metrics.Render() + options.pool->RenderMetrics() + gpus.RenderMetrics();
  if (options.spans != nullptr) own += options.spans->RenderMetrics();
  if (options.access.log != nullptr) own += options.access.log->RenderMetrics();
  worker_metrics.Answer(std::move(own), std::move(reply));
}

void Gateway::Impl::ShowPage(std::shared_ptr<Reply> reply) {
  reply->Send(page.Answer(reply->request()));
}

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() { Stop(); }

Result<std::unique_ptr<Gateway>> Gateway::Start(const GatewayOptions& options) {
  LEMMA_CHECK(options.pool != nullptr, "a gateway needs a pool");
  auto impl = std::make_unique<Impl>(options);
  impl->StartJobs();
  LEMMA_ASSIGN_OR_RETURN(impl->server,
                         net::HttpServer::Start(options.listen, impl->loops, options.limits,
                                                impl->FrontDoor(), HttpErrorResponse, options.tls));
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

std::vector<Gateway::Route> Gateway::Routes() {
  std::vector<Route> routes;
  for (const Impl::Route& r : Impl::kRoutes) routes.push_back({r.method, r.path, r.need});
  return routes;
}

std::string Gateway::address() const { return impl_->server->address(); }
LiveRequests& Gateway::live_requests() { return impl_->live; }
LoadSources Gateway::load() const { return {impl_->live, impl_->gpus, *impl_->options.pool}; }
net::HttpHandler Gateway::front_door() { return impl_->FrontDoor(); }
int Gateway::n_active() const { return impl_->server->n_active(); }

void Gateway::Drain() {
  impl_->draining = true;
  if (impl_->job_desk) impl_->job_desk->Drain();
  const TimePoint until = std::chrono::steady_clock::now() + impl_->options.drain_timeout;
  while (n_active() > 0 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  impl_->server->StopAccepting();
}

void Gateway::Stop() {
  if (impl_->job_desk) impl_->job_desk->Stop();
  impl_->server->Stop();
}

}  // namespace lemma::gateway
