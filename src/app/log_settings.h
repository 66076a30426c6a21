// How a server writes its log: an option that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace lemma::app {

inline constexpr const char* kLogFormatOption = "--log-format";

// Sets the format as soon as the option is read.
void AddLogOptions(CLI::App& command);

// What --log-format must be for a process to write as this one does.
std::string CurrentLogFormatName();

}  // namespace lemma::app
