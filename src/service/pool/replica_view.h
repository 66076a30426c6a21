// A replica as people see it: what the pool knows of it at one moment.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "service/pool/replica_table.h"

namespace lemma::pool {

struct ReplicaView {
  std::string id;  // what Pool's methods take; the addresses of one name share it
  std::string name;
  std::string address;
  bool is_added = false;  // by Pool::AddRemote: it can be removed
  std::string state;      // ReplicaTable::StateOf; "unresolved": its name has no address yet
  bool is_draining = false;
  std::string breaker;              // "closed", "open" or "half_open"
  std::vector<std::string> models;  // empty: not known yet
  int64_t n_in_flight = 0;
  int64_t reserved_tokens = 0;  // of these requests
  int64_t n_waiting = 0;        // requests in line for one of its models, here or elsewhere
  int64_t requests_max = 0;     // that it is given at a time
  std::optional<Duration> heartbeat_age;
  Resources resources;
  // Since start.
  int64_t n_chosen = 0;
  std::array<int64_t, kOutcomes> n_ended{};  // by Outcome
  int64_t n_hung = 0;
  int64_t n_breaker_opened = 0;

  // Of a local worker; elsewhere nothing.
  struct Process {
    pid_t pid = -1;  // -1: none runs
    int n_restarts = 0;
    bool in_crash_loop = false;
  };
  std::optional<Process> process;
};

}  // namespace lemma::pool
