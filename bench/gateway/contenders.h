// Who stands between the client and the mock replica: nobody, nginx as a plain proxy, or
// `lemma serve` with keys, limits, profiles and the log of requests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "child_process.h"
#include "common/base/status.h"
#include "load.h"

namespace lemma::bench {

struct Contender {
  std::string name;
  Destination to;
  std::unique_ptr<ChildProcess> process;  // null: the direct path
};

struct Setting {
  std::string replica;              // the mock's address
  std::filesystem::path directory;  // for data, configuration and logs
  int core = 0;                     // of the server that is measured
  std::string lemma, nginx;         // programs
};

Contender Direct(const Setting& setting);
// Errors: as ChildProcess::Start.
Result<Contender> StartNginx(const Setting& setting);
// `slots`: what the gateway gives the replica at a time; the others wait in its line.
Result<Contender> StartLemma(const Setting& setting, int slots);
// Before a worker with lemma-mini instead of the mock, both on all cores.
Result<Contender> StartLemmaWithWorker(const Setting& setting);

}  // namespace lemma::bench
