// `lemma serve`: the gateway in this process, workers in others with Unix sockets between them, and
// whatever replicas it is told of.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "app/commands.h"
#include "app/connection_settings.h"
#include "app/doctor.h"
#include "app/drain_settings.h"
#include "app/embedded_page.h"
#include "app/log_settings.h"
#include "app/pool_settings.h"
#include "app/runtime_directory.h"
#include "app/serve_access.h"
#include "app/serve_admin.h"
#include "app/serve_evaluations.h"
#include "app/served_profiles.h"
#include "app/signals.h"
#include "common/base/cpu.h"
#include "common/base/log.h"
#include "service/gateway/gateway.h"
#include "service/pool/pool.h"
#include "service/tracing/span_exporter.h"

namespace lemma::app {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kStartPollInterval{20};
constexpr const char* kRefuse = "refuse";  // --off-domain
constexpr const char* kPass = "pass";

struct ServeOptions {
  PoolSettings pool;
  ServeAccessOptions access;
  int jobs_max = jobs::RunnerOptions().running_max;
  bool is_webhook_private = false;
  ServeAdminOptions admin;
  std::string host = "127.0.0.1";
  int port = 8080;
  int connections_max = kConnectionsDefault;
  std::string off_domain = kRefuse;
  std::string tls_cert, tls_key;  // files; "": plain HTTP
  std::string otlp;               // a collector's address; "": spans are not kept

  bool checks = false;  // and serves nothing

  bool has_tls() const { return !tls_cert.empty(); }
};

void PrintHowToAsk(const std::string& url, bool needs_key, const std::string& model,
                   const std::string& device, const admin::AdminServer* admin) {
  const std::string console = admin ? "http://" + admin->address() + "/admin" : "none";
  std::printf(
      "\nLemma %s\n"
      "  address  %s\n"
      "  model    %s\n"
      "  device   %s\n"
      "  keys     %s\n"
      "  console  %s\n"
      "  admin    %s\n"
      "  ask      curl %s/generate %s-d '{\"prompt\": \"Solve 3x + 5 = 20\"}'\n",
      LEMMA_VERSION, url.c_str(), model.c_str(), device.c_str(),
      needs_key ? "required: lemma key create --name NAME" : "not required", console.c_str(),
      admin ? (console + "/api").c_str() : "none", url.c_str(),
      needs_key ? "-H \"Authorization: Bearer $KEY\" " : "");
  if (url.starts_with("http://")) {  // it speaks no TLS
    std::printf("           lemma ask --url %s %s\"Solve 3x + 5 = 20\"\n", url.c_str(),
                needs_key ? "--key $KEY " : "");
  }
  std::printf("  stop     Ctrl-C\n\n");
  std::fflush(stdout);
}

// "lemma-mini, 2 workers, 1 replica elsewhere"; what the workers compute on.
struct Served {
  std::string model;
  std::string device = "elsewhere";
};

Result<Served> Describe(const PoolSettings& settings) {
  Served served;
  const size_t n_elsewhere = settings.replicas.size();
  if (settings.n_workers > 0) {
    served.model = settings.model.model;
    LEMMA_ASSIGN_OR_RETURN(served.device, DeviceOf(settings.model));
  }
  if (settings.n_workers > 1) {
    served.model += ", " + std::to_string(settings.n_workers) + " workers";
  }
  if (n_elsewhere > 0) {
    served.model += (served.model.empty() ? "" : ", ") + std::to_string(n_elsewhere) +
                    (n_elsewhere == 1 ? " replica elsewhere" : " replicas elsewhere");
  }
  return served;
}

// Until every worker is ready. Errors: kCancelled by a signal; as Pool::StartError.
Status WaitUntilReady(const pool::Pool& pool, const StopSignals& signals) {
  while (!pool.AllWorkersReady()) {
    if (signals.Arrived()) return Status(StatusCode::kCancelled, "stopped while starting");
    LEMMA_RETURN_IF_ERROR(pool.StartError());
    std::this_thread::sleep_for(kStartPollInterval);
  }
  return Ok();
}

// Null where no collector is named. Errors name the option.
Result<std::unique_ptr<tracing::SpanExporter>> StartSpans(const std::string& collector) {
  if (collector.empty()) return std::unique_ptr<tracing::SpanExporter>();
  auto spans = tracing::SpanExporter::Start({.collector = collector, .version = LEMMA_VERSION});
  if (!spans.ok()) return spans.status().WithPrefix("--otlp");
  return spans;
}

Status Serve(const ServeOptions& options, json::object configuration) {
  StopSignals signals;
  const std::string listen = options.host + ":" + std::to_string(options.port);
  LEMMA_RETURN_IF_ERROR(CheckListen(options.host, listen, options.access.requires_keys));
  LEMMA_ASSIGN_OR_RETURN(const auto drain_timeout, DrainTimeoutOf(options.pool.drain_timeout));
  AllowFilesFor(options.connections_max, " or lower --connections");
  LEMMA_ASSIGN_OR_RETURN(const Served served, Describe(options.pool));
  LEMMA_ASSIGN_OR_RETURN(const auto profiles, ServedProfiles::Open(options.access.data));
  LEMMA_ASSIGN_OR_RETURN(const auto callers,
                         ServeAccess::Open(options.access, options.pool.model.model));
  LEMMA_ASSIGN_OR_RETURN(const auto spans, StartSpans(options.otlp));
  LEMMA_ASSIGN_OR_RETURN(const auto directory, RuntimeDirectory::Make());
  LEMMA_ASSIGN_OR_RETURN(const pool::PoolOptions pool_options,
                         PoolOptionsOf(options.pool, *directory,
                                       /*may_have_others=*/callers->database() != nullptr));
  LEMMA_ASSIGN_OR_RETURN(const auto pool, pool::Pool::Start(pool_options));
  LEMMA_ASSIGN_OR_RETURN(const auto replicas, callers->StartReplicas(*pool));
  gateway::GatewayOptions gateway_options;
  gateway_options.listen = listen;
  gateway_options.pool = pool.get();
  // More than one on a core would only interrupt each other.
  gateway_options.n_threads = std::min(gateway_options.n_threads, DetectCpu().n_cores);
  gateway_options.profiles = [&profiles = *profiles] { return profiles.Current(); };
  if (options.pool.n_workers > 0) {
    gateway_options.chosen_profiles = ProfilesToChooseFrom(options.pool.model.model);
  }
  gateway_options.limits.connections_max = options.connections_max;
  gateway_options.drain_timeout = drain_timeout;
  gateway_options.judges_domain = options.off_domain == kRefuse;
  gateway_options.access = callers->parts();
  gateway_options.job_runner.running_max = options.jobs_max;
  if (options.is_webhook_private) gateway_options.webhook_reach = webhook::Reach::kPrivateToo;
  gateway_options.page = EmbeddedPage();
  gateway_options.version = LEMMA_VERSION;
  gateway_options.spans = spans.get();
  const Result<reason::Judge> judge = reason::Judge::Create({});
  if (judge.ok()) {
    gateway_options.judge = &*judge;
  } else {
    gateway_options.no_judge = "programs cannot be run here: " + judge.status().message();
    LogInfo("serve: /v1/solve takes no tests: {}", judge.status().message());
  }
  if (options.has_tls()) {
    gateway_options.tls = net::TlsFiles{.cert_file = options.tls_cert, .key_file = options.tls_key};
  }
  LEMMA_ASSIGN_OR_RETURN(const auto gateway, gateway::Gateway::Start(gateway_options));
  const auto evaluations = ServeEvaluations::Start(*callers, *gateway, gateway_options);
  const auto load = callers->RecordLoad(gateway->address(), gateway->load());
  LEMMA_ASSIGN_OR_RETURN(const auto admin, StartAdmin(options.admin, *callers, *pool, *gateway,
                                                      replicas.get(), std::move(configuration)));

  const Status ready = WaitUntilReady(*pool, signals);
  if (ready.ok()) {
    const std::string url = (options.has_tls() ? "https://" : "http://") + gateway->address();
    PrintHowToAsk(url, options.access.requires_keys, served.model, served.device, admin.get());
  } else if (ready.code() != StatusCode::kCancelled) {
    return ready;
  }
  signals.Wait();  // takes the one that ended the starting, too
  LogInfo("serve: draining; a second signal ends it at once");
  const EndOnSignal while_draining([&] { directory->Remove(); });
  // Beside the draining, which begins at once: a program that is being tested takes a while to end.
  std::thread stopping([&] {
    if (evaluations) evaluations->Stop();
  });
  gateway->Drain();
  stopping.join();
  gateway->Stop();
  if (admin) admin->Stop();
  pool->Stop();
  return Ok();
}

// Of what these options would meet.
int Check(const ServeOptions& options) {
  const std::string listen = options.host + ":" + std::to_string(options.port);
  const int may_listen = Report(CheckListen(options.host, listen, options.access.requires_keys));
  return std::max(may_listen, Doctor({.model = options.pool.model,
                                      .has_model = options.pool.n_workers > 0,
                                      .may_fetch = true,
                                      .host = options.host,
                                      .port = options.port}));
}

}  // namespace

void AddServe(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve a model over HTTP");
  AddPoolSettings(*command, options->pool);
  command->add_option("--host", options->host, "Where to listen")->capture_default_str();
  command->add_option("--port", options->port, "0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  AddConnectionsOption(*command, options->connections_max);
  command
      ->add_option("--off-domain", options->off_domain,
                   "Small talk and the like: refuse, where the task profile says so, or pass")
      ->check(CLI::IsMember({kRefuse, kPass}))
      ->capture_default_str();
  CLI::Option* cert = command->add_option(
      "--tls-cert", options->tls_cert,
      "Speak HTTPS alone, with the certificate (and its chain) in this PEM file");
  CLI::Option* key =
      command->add_option("--tls-key", options->tls_key, "Its private key, in a PEM file");
  cert->needs(key);
  key->needs(cert);
  command
      ->add_option("--otlp", options->otlp,
                   "Send spans of requests to this OpenTelemetry collector (OTLP over HTTP): "
                   "http://HOST:4318")
      ->envname("LEMMA_OTLP");
  AddLogOptions(*command);
  AddServeAccessOptions(*command, options->access);
  command->add_option("--jobs", options->jobs_max, "Jobs of /v1/jobs that run here at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--webhook-private", options->is_webhook_private,
                    "Jobs may tell receivers on this machine and in private networks");
  AddServeAdminOptions(*command, options->admin);
  command->add_flag("--check", options->checks,
                    "Only say what on this machine would keep these options from working");
  command->fallthrough();  // --config, which is the program's
  command->footer(
      "Examples:\n"
      "  lemma serve\n"
      "  lemma serve --model ./VibeThinker-1.5B --port 9000 --threads 4\n"
      "  lemma serve --workers 2 --replica http://gpu1:8000/v1,key-file=gpu1.key\n"
      "  lemma serve --host 0.0.0.0 --require-keys  for others: lemma key create --name NAME\n"
      "  lemma serve --config lemma.toml            with a table [serve]: port = 9000");
  command->callback([options, command, &exit_status] {
    exit_status.value =
        options->checks ? Check(*options) : Report(Serve(*options, ConfigurationOf(*command)));
  });
}

}  // namespace lemma::app
