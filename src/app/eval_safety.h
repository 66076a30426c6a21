// `lemma eval safety`.
#pragma once

#include "app/commands.h"

namespace lemma::app {

void AddEvalSafety(CLI::App& eval, ExitStatus& exit_status);

}  // namespace lemma::app
