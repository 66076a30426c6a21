// A server that is measured: started on one core, looked at through /proc, ended with its object.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace lemma::bench {

// A port of the loopback that nobody has at the moment.
Result<int> FreePort();

// What a command prints. Errors: kUnavailable, with its exit status.
Result<std::string> OutputOf(const std::vector<std::string>& command);

// Belongs to one thread.
class ChildProcess {
 public:
  static constexpr int kAllCores = -1;
  // Its output goes to the file `log`. Returns when something listens on `port` of the loopback.
  // Errors: kUnavailable where it ends before, or takes longer than 20 s.
  static Result<std::unique_ptr<ChildProcess>> Start(const std::vector<std::string>& command,
                                                     int core, int port, const std::string& log);
  ~ChildProcess();  // SIGTERM, then waits

  double resident_mib() const;
  double cpu_seconds() const;  // used so far, in user and kernel mode

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}
  bool has_ended() const;

  const pid_t pid_;
};

}  // namespace lemma::bench
