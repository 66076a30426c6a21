#include "app/connection_settings.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/log.h"

namespace lemma::app {
namespace {

constexpr int kConnectionsMax = 1 << 20;
// The database, the console's 128 connections, probes, idle connections to replicas, pipes.
constexpr uint64_t kOtherFiles = 512;

}  // namespace

void AddConnectionsOption(CLI::App& command, int& connections) {
  command
      .add_option("--connections", connections,
                  "Connections of clients at a time, idle ones too; more are told 503")
      ->check(CLI::Range(1, kConnectionsMax))
      ->capture_default_str();
}

uint64_t FilesFor(int connections) { return 2 * static_cast<uint64_t>(connections) + kOtherFiles; }

void AllowFilesFor(int connections, const std::string& otherwise) {
  const rlim_t needed = FilesFor(connections);
  struct rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return;
  // No further: programs that close all that could be open would take long over a million.
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    LogWarning("the limit of open files stays: {}", std::strerror(errno));
    return;
  }
  if (limit.rlim_cur == needed) return;
  LogWarning(
      "{} connections need {} open files, and {} are allowed: past these clients wait or fail. "
      "Raise the hard limit (ulimit -Hn, LimitNOFILE of systemd, --ulimit nofile of containers){}",
      connections, needed, limit.rlim_cur, otherwise);
}

}  // namespace lemma::app
