// Who answers for `lemma serve`: its own worker processes and the remote replicas it is told of.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/model_choice.h"
#include "app/runtime_directory.h"
#include "common/base/status.h"
#include "service/pool/pool.h"

namespace lemma::app {

struct PoolSettings {
  ModelOptions model;  // of the worker processes
  int n_workers = 1;
  std::vector<std::string> replicas;  // as pool/replica_spec.h reads them
  // Of the gateway, and of each worker: a terminal's Ctrl-C and systemd's SIGTERM reach both at
  // once.
  std::string drain_timeout = "60s";
};

void AddPoolSettings(CLI::App& command, PoolSettings& settings);

// The pool as these settings describe it, with the workers' sockets in `directory`. The processor's
// threads are divided among the workers unless --threads says how many each has. Keys are read
// here. `may_have_others`: replicas may be added while it runs, so that none need be there. Errors
// name the option.
Result<pool::PoolOptions> PoolOptionsOf(const PoolSettings& settings,
                                        const RuntimeDirectory& directory, bool may_have_others);

}  // namespace lemma::app
