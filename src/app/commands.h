// The commands of `lemma`. Each Add... declares one on the command line; what runs when it is
// chosen returns the exit status. Only this room reads arguments, the environment and config files.
#pragma once

#include <CLI/CLI.hpp>

#include "common/base/status.h"

namespace lemma::app {

// The exit status of the chosen command. 0: done; 1: it failed and said why; 2: wrong usage.
struct ExitStatus {
  int value = 0;
};

void AddServe(CLI::App& app, ExitStatus& exit_status);
void AddWorker(CLI::App& app, ExitStatus& exit_status);
void AddAsk(CLI::App& app, ExitStatus& exit_status);
void AddTokenize(CLI::App& app, ExitStatus& exit_status);
void AddLogits(CLI::App& app, ExitStatus& exit_status);
void AddMakeCheckpoint(CLI::App& app, ExitStatus& exit_status);
void AddPull(CLI::App& app, ExitStatus& exit_status);
void AddPack(CLI::App& app, ExitStatus& exit_status);
void AddBench(CLI::App& app, ExitStatus& exit_status);
void AddEqual(CLI::App& app, ExitStatus& exit_status);
void AddJudge(CLI::App& app, ExitStatus& exit_status);
void AddEval(CLI::App& app, ExitStatus& exit_status);
void AddProfile(CLI::App& app, ExitStatus& exit_status);
void AddKey(CLI::App& app, ExitStatus& exit_status);
void AddAdmin(CLI::App& app, ExitStatus& exit_status);
void AddDoctor(CLI::App& app, ExitStatus& exit_status);

// Prints "lemma: <message>" to standard error; 0 for an ok status, else 1.
int Report(const Status& status);

}  // namespace lemma::app
