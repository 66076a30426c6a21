// The commands of lemma-train. Each adds its options to the program and says what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

#include "common/base/status.h"

namespace lemma::train {

// Set by SIGINT and SIGTERM: the running command saves what it has and ends.
extern std::atomic<bool> stop_requested;

// What the chosen command does; set while arguments are parsed.
using Run = std::function<Status()>;

void AddDataCommand(CLI::App& app, Run& run);
void AddTokenizerCommand(CLI::App& app, Run& run);
void AddClassifierCommand(CLI::App& app, Run& run);
void AddPretrainCommand(CLI::App& app, Run& run);
void AddSftCommand(CLI::App& app, Run& run);
void AddEvalCommand(CLI::App& app, Run& run);
void AddExportCommand(CLI::App& app, Run& run);
void AddLogitsCommand(CLI::App& app, Run& run);

}  // namespace lemma::train
