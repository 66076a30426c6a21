#include "app/worker.h"

#include <optional>
#include <utility>

#include "app/commands.h"
#include "app/connection_settings.h"
#include "app/drain_settings.h"
#include "app/key_source.h"
#include "app/log_settings.h"
#include "app/signals.h"
#include "common/base/log.h"
#include "common/base/thread_pool.h"
#include "common/net/address.h"
#include "inference/model/fingerprint.h"

namespace lemma::app {

Result<LoadedModel> LoadModel(const ModelOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint,
                         OpenModel(options.model, options.weights));
  LEMMA_ASSIGN_OR_RETURN(text::ChatTemplate chat_template, LoadChatTemplate(checkpoint));
  LEMMA_ASSIGN_OR_RETURN(std::string fingerprint, model::FingerprintOf(checkpoint));
  // At once: a large vocabulary takes one core as long as packed weights take all.
  std::optional<Result<text::Tokenizer>> tokenizer_loaded;
  std::optional<Result<std::unique_ptr<model::Backend>>> backend_loaded;
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<ThreadPool> pool, ThreadPool::Create(2));
  pool->Run([&](int member) {
    if (member == 0) backend_loaded = LoadBackend(checkpoint, options);
    if (member == 1) tokenizer_loaded = LoadTokenizer(checkpoint);
  });
  LEMMA_ASSIGN_OR_RETURN(text::Tokenizer tokenizer, *std::move(tokenizer_loaded));
  LEMMA_ASSIGN_OR_RETURN(std::unique_ptr<model::Backend> backend, *std::move(backend_loaded));
  return LoadedModel{
      checkpoint.id(),
      {std::move(backend), std::move(tokenizer), std::move(chat_template), std::move(fingerprint)}};
}

Result<std::unique_ptr<worker::Worker>> StartWorker(LoadedModel loaded, const std::string& listen,
                                                    const std::string& key, const Clock& clock) {
  worker::WorkerOptions options;
  options.listen = listen;
  options.key = key;
  options.model_id = loaded.id;
  options.version = LEMMA_VERSION;
  return worker::Worker::Start(options, std::move(loaded.model), clock);
}

namespace {

struct WorkerCommandOptions {
  ModelOptions model;
  std::string listen = "127.0.0.1:8081";
  KeySource key;
  std::string drain_timeout = "60s";
};

// Is it safe to listen there? kInvalidArgument beyond the loopback without a key.
Status CheckListen(const std::string& listen, bool has_key) {
  LEMMA_ASSIGN_OR_RETURN(const net::Address address, net::ParseAddress(listen));
  if (has_key || net::IsLoopback(address)) return Ok();
  return InvalidArgument("--listen " + listen +
                         ": whoever reaches it could use the model. Add --key-file PATH or "
                         "--key-env VARIABLE with a key that a gateway sends (--replica "
                         "URL,key-file=PATH), or listen on 127.0.0.1 or unix:/path for this "
                         "machine alone");
}

Status RunWorker(const WorkerCommandOptions& options) {
  StopSignals signals;
  LEMMA_ASSIGN_OR_RETURN(const auto drain_timeout, DrainTimeoutOf(options.drain_timeout));
  LEMMA_ASSIGN_OR_RETURN(const std::string key, ReadKey(options.key));
  LEMMA_RETURN_IF_ERROR(CheckListen(options.listen, !key.empty()));
  AllowFilesFor(worker::kConnectionsMax);
  const SteadyClock clock;
  std::optional<EndOnSignal> while_loading(std::in_place);
  LEMMA_ASSIGN_OR_RETURN(LoadedModel loaded, LoadModel(options.model));
  while_loading.reset();  // before anybody can ask: a signal from then on drains
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<worker::Worker> worker,
                         StartWorker(std::move(loaded), options.listen, key, clock));
  signals.Wait();
  LogInfo("worker: draining; a second signal ends it at once");
  const EndOnSignal while_draining;
  worker->Drain();
  // Where `lemma serve` has ended its gateway's answers first, nothing is left to wait for.
  worker->WaitUntilIdle(drain_timeout);
  worker->Stop();
  return Ok();
}

}  // namespace

void AddWorker(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<WorkerCommandOptions>();
  CLI::App* command = app.add_subcommand("worker", "One engine alone behind the OpenAI protocol");
  AddModelOptions(*command, options->model);
  AddLogOptions(*command);
  command->add_option("--listen", options->listen, "host:port or unix:/path")
      ->capture_default_str();
  // A name that a script left empty must not open the worker to everybody.
  const auto check_named = [](const std::string& name) {
    return std::string(name.empty() ? "must not be empty" : "");
  };
  CLI::Option* key_file =
      command
          ->add_option("--key-file", options->key.file,
                       "Answer nobody, but probes, without \"Authorization: Bearer\" and the key "
                       "in this file; beyond this machine one is needed")
          ->check(check_named);
  command
      ->add_option("--key-env", options->key.variable,
                   "The same, with the key in this environment variable")
      ->check(check_named)
      ->excludes(key_file);
  AddDrainOption(*command, options->drain_timeout);
  command->footer(
      "Examples:\n"
      "  lemma worker --listen unix:/run/lemma/worker.sock\n"
      "  lemma worker --listen 0.0.0.0:8081 --key-file worker.key\n"
      "                 for lemma serve --replica http://HOST:8081,key-file=worker.key");
  command->callback([options, &exit_status] { exit_status.value = Report(RunWorker(*options)); });
}

}  // namespace lemma::app
