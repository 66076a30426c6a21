// What the processes of a box use, as /proc on the host tells it. Processes come and go while it is
// read, so the figures are of roughly one moment.
//
// Threads: any.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace lemma::reason {

struct BoxUsage {
  int64_t cpu_ms = 0;  // of the living and of those they have waited for; in steps of 10 ms
  uint64_t resident_bytes = 0;  // summed: pages that processes share count in each
};

// `init` is the box's first process, by its number on the host.
BoxUsage ReadBoxUsage(pid_t init);

// As resident_bytes, with each shared page divided among those who share it. Takes as long as the
// processes have memory; a process that the host does not tell of counts in full.
uint64_t ReadBoxProportionalBytes(pid_t init);

}  // namespace lemma::reason
