// `lemma serve`: the gateway in this process, one worker in another, a Unix socket between them.
#include <chrono>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/model_choice.h"
#include "app/runtime_directory.h"
#include "app/serve_access.h"
#include "app/signals.h"
#include "common/base/log.h"
#include "service/gateway/gateway.h"
#include "service/pool/worker_process.h"

namespace lemma::app {
namespace {

// The gateway has drained by then and the worker has nothing left to do: one that takes longer
// hangs and is killed, without waiting for its own limit (worker.cc).
constexpr std::chrono::seconds kWorkerStopLimit{10};

struct ServeOptions {
  ModelOptions model;
  ServeAccessOptions access;
  std::string host = "127.0.0.1";
  int port = 8080;
};

// How to start a worker with the same model options.
std::vector<std::string> WorkerCommand(const ModelOptions& options, const std::string& address) {
  std::vector<std::string> command = {
      "/proc/self/exe", "worker",      "--listen",  address,
      "--model",        options.model, "--threads", std::to_string(options.n_threads)};
  if (!options.isa.empty()) command.insert(command.end(), {"--isa", options.isa});
  if (!options.weights.empty()) command.insert(command.end(), {"--weights", options.weights});
  if (options.kv_gib > 0) {
    command.insert(command.end(), {"--kv-gib", std::to_string(options.kv_gib)});
  }
  return command;
}

void PrintHowToAsk(const std::string& address, const ServeOptions& options,
                   const std::string& device) {
  const bool needs_key = options.access.requires_keys;
  std::printf(
      "\nLemma %s\n"
      "  address  http://%s\n"
      "  model    %s\n"
      "  device   %s\n"
      "  keys     %s\n"
      "  ask      curl http://%s/generate %s-d '{\"prompt\": \"Solve 3x + 5 = 20\"}'\n"
      "           lemma ask --url http://%s %s\"Solve 3x + 5 = 20\"\n"
      "  stop     Ctrl-C\n\n",
      LEMMA_VERSION, address.c_str(), options.model.model.c_str(), device.c_str(),
      needs_key ? "required: lemma key create --name NAME" : "not required", address.c_str(),
      needs_key ? "-H \"Authorization: Bearer $KEY\" " : "", address.c_str(),
      needs_key ? "--key $KEY " : "");
  std::fflush(stdout);
}

Status Serve(const ServeOptions& options) {
  StopSignals signals;
  LEMMA_ASSIGN_OR_RETURN(const std::string device, DeviceOf(options.model));
  const std::string listen = options.host + ":" + std::to_string(options.port);
  LEMMA_RETURN_IF_ERROR(CheckListen(options.host, listen, options.access.requires_keys));
  LEMMA_ASSIGN_OR_RETURN(const auto callers,
                         ServeAccess::Open(options.access, options.model.model));
  // The port first: it is what most often goes wrong, and the model takes a while to load.
  LEMMA_ASSIGN_OR_RETURN(const auto directory, RuntimeDirectory::Make());
  const std::string worker_address = directory->SocketAddress("worker");
  gateway::GatewayOptions gateway_options;
  gateway_options.listen = listen;
  gateway_options.access = callers->parts();
  gateway_options.worker_address = worker_address;
  LEMMA_ASSIGN_OR_RETURN(const auto gateway, gateway::Gateway::Start(gateway_options));

  pool::WorkerProcessOptions worker_options;
  worker_options.command = WorkerCommand(options.model, worker_address);
  worker_options.address = worker_address;
  worker_options.drain_timeout = kWorkerStopLimit;
  LEMMA_ASSIGN_OR_RETURN(const auto worker, pool::WorkerProcess::Start(worker_options));
  const Status ready = worker->WaitUntilReady([&] { return signals.Arrived(); });
  if (ready.code() == StatusCode::kCancelled) return Ok();
  LEMMA_RETURN_IF_ERROR(ready);
  PrintHowToAsk(gateway->address(), options, device);

  signals.Wait();
  LogInfo("serve: draining; a second signal ends it at once");
  const EndOnSignal while_draining([&] { directory->Remove(); });
  gateway->Drain();
  gateway->Stop();
  worker->Stop();
  return Ok();
}

}  // namespace

void AddServe(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve a model over HTTP");
  AddModelOptions(*command, options->model);
  command->add_option("--host", options->host, "Where to listen")->capture_default_str();
  command->add_option("--port", options->port, "0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  AddServeAccessOptions(*command, options->access);
  command->fallthrough();  // --config, which is the program's
  command->footer(
      "Examples:\n"
      "  lemma serve\n"
      "  lemma serve --model ./VibeThinker-1.5B --port 9000 --threads 4\n"
      "  lemma serve --host 0.0.0.0 --require-keys  for others: lemma key create --name NAME\n"
      "  lemma serve --config lemma.toml            with a table [serve]: port = 9000");
  command->callback([options, &exit_status] { exit_status.value = Report(Serve(*options)); });
}

}  // namespace lemma::app
