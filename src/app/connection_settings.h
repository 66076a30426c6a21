// How many connections `lemma serve` takes, and the open files that they need.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace lemma::app {

// Of clients at a time. An idle one costs some 10 KB; who comes on top is told 503, probes too, so
// that there are more of them than requests can run or wait.
inline constexpr int kConnectionsDefault = 8192;

// `connections`: what it is where nobody says.
void AddConnectionsOption(CLI::App& command, int& connections);

// Open files of a server with that many: a stream has two, the client's and the replica's.
uint64_t FilesFor(int connections);

// Lets this process, and those that it starts, open so many, where fewer are allowed and the hard
// limit allows it. Else the log says what will be refused, and how to avoid it: by a higher hard
// limit, or as `otherwise` says.
void AllowFilesFor(int connections, const std::string& otherwise = "");

}  // namespace lemma::app
