// How long a server that is told to end lets the answers that run go on.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "common/base/status.h"

namespace lemma::app {

inline constexpr const char* kDrainTimeoutOption = "--drain-timeout";

// `timeout`: what it is where nobody says.
void AddDrainOption(CLI::App& command, std::string& timeout);

// "90s", "10m"; "0": none goes on. Errors name the option.
Result<std::chrono::milliseconds> DrainTimeoutOf(const std::string& timeout);

}  // namespace lemma::app
