#include "app/pool_settings.h"

#include <algorithm>
#include <utility>

#include "app/drain_settings.h"
#include "app/key_source.h"
#include "app/log_settings.h"
#include "common/base/cpu.h"
#include "service/pool/replica_spec.h"

namespace lemma::app {
namespace {

// How to start a worker with the same model options.
std::vector<std::string> WorkerCommand(const PoolSettings& settings, int n_threads,
                                       const std::string& address) {
  const ModelOptions& options = settings.model;
  std::vector<std::string> command = {
      "/proc/self/exe", "worker",      "--listen",  address,
      "--model",        options.model, "--threads", std::to_string(n_threads)};
  command.insert(command.end(), {kLogFormatOption, CurrentLogFormatName(), kDrainTimeoutOption,
                                 settings.drain_timeout});
  if (!options.isa.empty()) command.insert(command.end(), {"--isa", options.isa});
  if (!options.weights.empty()) command.insert(command.end(), {"--weights", options.weights});
  if (!options.kv.empty()) command.insert(command.end(), {"--kv", options.kv});
  if (options.kv_gib > 0) {
    command.insert(command.end(), {"--kv-gib", std::to_string(options.kv_gib)});
  }
  return command;
}

// Of worker `i`: the cores divided, at least one each.
int ThreadsOf(const PoolSettings& settings, int i) {
  if (settings.model.n_threads > 0) return settings.model.n_threads;
  const int n_cores = DetectCpu().n_cores;
  const int share = n_cores / settings.n_workers + (i < n_cores % settings.n_workers ? 1 : 0);
  return std::max(share, 1);
}

}  // namespace

void AddPoolSettings(CLI::App& command, PoolSettings& settings) {
  AddModelOptions(command, settings.model);
  command
      .add_option("--workers", settings.n_workers,
                  "Worker processes, each with the model and its share of the cores (0: none, "
                  "replicas alone)")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command
      .add_option(
          "--replica", settings.replicas,
          "A server of the OpenAI protocol to answer beside the workers: "
          "URL[,model=NAME][,name=NAME][,slots=N][,key-file=PATH][,key-env=VARIABLE]. Once for "
          "each; in a config file: replica = [\"...\", \"...\"]")
      ->allow_extra_args(false);
  AddDrainOption(command, settings.drain_timeout);
}

Result<pool::PoolOptions> PoolOptionsOf(const PoolSettings& settings,
                                        const RuntimeDirectory& directory, bool may_have_others) {
  if (settings.n_workers == 0 && settings.replicas.empty() && !may_have_others) {
    return InvalidArgument("--workers 0: then a --replica must answer, and none is given");
  }
  pool::PoolOptions options;
  for (int i = 0; i < settings.n_workers; ++i) {
    const std::string name = "worker-" + std::to_string(i);
    const std::string address = directory.SocketAddress(name);
    options.workers.push_back(
        {name, address, WorkerCommand(settings, ThreadsOf(settings, i), address)});
  }
  for (const std::string& text : settings.replicas) {
    const auto spec = pool::ParseReplicaSpec(text);
    LEMMA_RETURN_IF_ERROR(spec.status().WithPrefix("--replica " + text));
    Result<std::string> key = ReadKey({.file = spec->key_file, .variable = spec->key_env});
    LEMMA_RETURN_IF_ERROR(key.status().WithPrefix("--replica " + spec->address));
    options.remotes.push_back(
        {spec->name, spec->address, spec->model, *std::move(key), spec->slots});
  }
  return options;
}

}  // namespace lemma::app
