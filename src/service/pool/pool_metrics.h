// The pool's Prometheus metrics, lemma_pool_*, made from what the table knows at the moment.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "service/pool/replica_table.h"

namespace lemma::pool {

struct ProcessCounts {
  int n_restarts = 0;
  bool in_crash_loop = false;
};

struct PoolCounts {
  int64_t n_retries = 0;
  int64_t n_retries_exhausted = 0;               // no other replica was there
  int64_t n_quarantined = 0;                     // requests that are refused now
  int64_t n_waiting = 0;                         // requests in line
  int64_t n_waiting_tokens = 0;                  // of these
  int64_t n_overflowed = 0;                      // the line was full
  int64_t n_expired = 0;                         // waited too long
  std::map<ReplicaId, ProcessCounts> processes;  // of the local workers
};

std::string RenderPoolMetrics(const ReplicaTable& table, const PoolCounts& counts, TimePoint now);

}  // namespace lemma::pool
