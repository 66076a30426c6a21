#include "app/worker.h"

#include <chrono>
#include <optional>
#include <utility>

#include "app/commands.h"
#include "app/log_settings.h"
#include "app/signals.h"
#include "common/base/log.h"
#include "common/base/thread_pool.h"
#include "inference/model/fingerprint.h"

namespace lemma::app {

Result<std::unique_ptr<worker::Worker>> StartWorker(const ModelOptions& options,
                                                    const std::string& listen, const Clock& clock) {
  LEMMA_ASSIGN_OR_RETURN(const model::Checkpoint checkpoint, OpenModel(options.model));
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
  worker::WorkerOptions worker_options;
  worker_options.listen = listen;
  worker_options.model_id = checkpoint.id();
  worker_options.version = LEMMA_VERSION;
  return worker::Worker::Start(
      worker_options,
      {std::move(backend), std::move(tokenizer), std::move(chat_template), std::move(fingerprint)},
      clock);
}

namespace {

// `lemma serve` drains at its gateway first, so that its worker finds nothing to wait for.
constexpr std::chrono::seconds kDrainLimit{60};

struct WorkerCommandOptions {
  ModelOptions model;
  std::string listen = "127.0.0.1:8081";
};

Status RunWorker(const WorkerCommandOptions& options) {
  StopSignals signals;
  const SteadyClock clock;
  std::optional<EndOnSignal> while_loading(std::in_place);
  LEMMA_ASSIGN_OR_RETURN(const std::unique_ptr<worker::Worker> worker,
                         StartWorker(options.model, options.listen, clock));
  while_loading.reset();
  signals.Wait();
  LogInfo("worker: draining; a second signal ends it at once");
  const EndOnSignal while_draining;
  worker->Drain();
  worker->WaitUntilIdle(kDrainLimit);
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
  command->footer("Example:\n  lemma worker --listen 0.0.0.0:8081");
  command->callback([options, &exit_status] { exit_status.value = Report(RunWorker(*options)); });
}

}  // namespace lemma::app
