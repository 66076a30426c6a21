#include "service/admin/admin_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "common/base/log.h"
#include "common/net/address.h"
#include "common/net/http_server.h"
#include "common/net/request_id.h"
#include "service/admin/call_reader.h"
#include "service/admin/console.h"
#include "service/gateway/errors.h"
#include "service/gateway/key_lanes.h"

namespace lemma::admin {
namespace {

constexpr int kLanes = 4;
constexpr int kCostlyLanes = 2;       // 19 MiB each
constexpr size_t kLaneCallsMax = 16;  // of each; more are told 503

net::HttpServerLimits Limits() {
  net::HttpServerLimits limits;
  limits.body_bytes_max = 5 << 20;  // a set of problems, 2 MiB, as one JSON string
  limits.connections_max = 128;
  return limits;
}

// Codes of this API, where the gateway's would speak of keys and workers.
std::string CodeOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnauthenticated:
      return "not_signed_in";
    case StatusCode::kDataLoss:
      return "damaged";
    default:
      return "";
  }
}

net::HttpResponse Stamped(net::HttpResponse response, const net::HttpRequest& request) {
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"x-request-id", net::RequestIdOf(request)});
  return response;
}

net::HttpResponse NotThere(const FoundRoute& found, const net::HttpRequest& request) {
  if (found.methods.empty()) {
    return gateway::ErrorResponse(
        NotFound("there is no " + request.path + " here; see GET /admin/api/openapi.json"));
  }
  const std::string methods = fmt::format("{}", fmt::join(found.methods, ", "));
  net::HttpResponse response = gateway::HttpErrorResponse(405, request.path + " takes " + methods);
  response.headers.push_back({"Allow", methods});
  return response;
}

}  // namespace

struct AdminServer::Impl {
  Impl(const AdminOptions& given, Site given_site)
      : options(given),
        site(std::move(given_site)),
        console(options.page),
        sign_ins(*options.clock),
        profiles(*options.database, *options.clock),
        users(*options.database, options.keys->secret(), *options.clock),
        sessions(*options.database, options.keys->secret(), *options.clock),
        audit(*options.database, *options.clock),
        usage(*options.database),
        load(*options.database),
        alerts(*options.database, *options.clock),
        jobs(*options.database, options.keys->secret(), *options.clock),
        sets(*options.database, *options.clock),
        evaluations(*options.database, *options.clock),
        gates(*options.database, *options.clock),
        promotions({profiles, gates, sets, evaluations}),
        replicas(*options.database, options.keys->secret(), *options.clock),
        parts{.clock = *options.clock,
              .site = site,
              .sign_ins = sign_ins,
              .database = *options.database,
              .keys = *options.keys,
              .profiles = profiles,
              .users = users,
              .sessions = sessions,
              .audit = audit,
              .usage = usage,
              .load = load,
              .log = *options.log,
              .alerts = alerts,
              .jobs = jobs,
              .sets = sets,
              .evaluations = evaluations,
              .gates = gates,
              .promotions = promotions,
              .replicas = replicas,
              .stored_replicas = *options.replicas,
              .live = *options.live,
              .pool = *options.pool,
              .counter = options.counter,
              .configuration = options.configuration} {}

  void Handle(std::shared_ptr<net::HttpExchange> exchange);
  net::HttpResponse Answer(const FoundRoute& found, const net::HttpRequest& request);

  const AdminOptions options;
  const Site site;
  const Console console;
  SignInLimiter sign_ins;
  store::ProfileStore profiles;
  store::AdminUserStore users;
  store::AdminSessionStore sessions;
  store::AuditLog audit;
  store::UsageStore usage;
  store::LoadStore load;
  store::AlertStore alerts;
  store::JobStore jobs;
  store::ProblemSetStore sets;
  store::EvaluationStore evaluations;
  store::GateStore gates;
  evaluations::PromotionGate promotions;
  store::ReplicaStore replicas;
  const AdminParts parts;
  gateway::KeyLanes lanes{kLanes, kLaneCallsMax, kLaneCallsMax};
  gateway::KeyLanes costly_lanes{kCostlyLanes, kLaneCallsMax, kLaneCallsMax};
  std::unique_ptr<net::HttpServer> server;  // last: it goes first
};

net::HttpResponse AdminServer::Impl::Answer(const FoundRoute& found,
                                            const net::HttpRequest& request) {
  Result<Call> call = ReadCall(found, parts, request);
  if (!call.ok()) return gateway::ErrorResponse(call.status(), CodeOf(call.status()));
  Result<net::HttpResponse> answer = found.route->handler(*call);
  if (answer.ok()) return std::move(*answer);
  if (answer.status().code() == StatusCode::kInternal) {
    LogWarning("admin: {} {}: {}", found.route->method, found.route->path,
               answer.status().message());
  }
  return gateway::ErrorResponse(answer.status(), CodeOf(answer.status()));
}

void AdminServer::Impl::Handle(std::shared_ptr<net::HttpExchange> exchange) {
  const net::HttpRequest& request = exchange->request();
  const auto refuse = [&](const net::HttpResponse& response) {
    exchange->Send(Stamped(response, request));
  };
  if (Console::Has(request.path)) {
    const Status foreign = site.Check(request);
    return exchange->Send(foreign.ok() ? console.Answer(request) : gateway::ErrorResponse(foreign));
  }
  FoundRoute found = FindRoute(Routes(), request.method, request.path);
  if (found.route == nullptr) return refuse(NotThere(found, request));
  if (const Status wrong = CheckHead(*found.route, site, request); !wrong.ok()) {
    return refuse(gateway::ErrorResponse(wrong));
  }
  gateway::KeyLanes& fitting = found.route->is_costly ? costly_lanes : lanes;
  const bool is_taken = fitting.TryRequest(request.peer, [this, exchange, found] {
    exchange->Send(Stamped(Answer(found, exchange->request()), exchange->request()));
  });
  if (!is_taken) refuse(gateway::ErrorResponse(Unavailable("too many calls wait: try again")));
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() { Stop(); }

Result<std::unique_ptr<AdminServer>> AdminServer::Start(const AdminOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const net::Address address, net::ParseAddress(options.listen));
  if (!net::IsLoopback(address)) {
    return InvalidArgument(
        "\"" + options.listen +
        "\" is reached from other machines, and passwords would travel unencrypted: listen "
        "on 127.0.0.1, and put a proxy that ends TLS before it (with "
        "--admin-origin https://...), or use ssh -L");
  }
  LEMMA_ASSIGN_OR_RETURN(Site site, Site::Of(options.origin));
  auto impl = std::make_unique<Impl>(options, std::move(site));
  LEMMA_ASSIGN_OR_RETURN(impl->server,
                         net::HttpServer::Start(
                             options.listen, /*n_threads=*/1, Limits(),
                             [impl = impl.get()](std::shared_ptr<net::HttpExchange> exchange) {
                               impl->Handle(std::move(exchange));
                             },
                             gateway::HttpErrorResponse));
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

std::string AdminServer::address() const { return impl_->server->address(); }

void AdminServer::Stop() {
  impl_->server->Stop();
  impl_->lanes.Close();
  impl_->costly_lanes.Close();
}

}  // namespace lemma::admin
