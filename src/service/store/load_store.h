// How full the service was, minute by minute: what no request's row tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/store/database.h"

namespace lemma::store {

// Of one gateway in one minute, or of all of them over several.
struct Load {
  double n_running = 0;  // requests, on average; of several gateways the sum
  double n_waiting = 0;
  int64_t n_ready = 0;                // replicas, the fewest that a gateway had
  std::optional<double> kv_usage{};   // the highest of any replica, 0 to 1; nothing: none has told
  std::optional<double> cpu_usage{};  // as kv_usage
  std::optional<double> gpu_usage{};  // the highest of the GPUs beside a gateway
};

struct LoadBucket {
  int64_t begin_ms = 0;  // Unix time
  Load load;
};

struct LoadQuery {
  int64_t from_ms = 0;  // Unix time; minutes that begin in [from_ms, to_ms) count
  int64_t to_ms = 0;
  int64_t bucket_minutes = 1;
};

inline constexpr int64_t kLoadBucketsMax = 20'000;

// Thread-safe; blocks on the database. Errors: those of Database, and as said.
class LoadStore {
 public:
  explicit LoadStore(Database& database) : database_(database) {}  // which outlives it

  // Of the minute in which `unix_ms` lies; replaces what the gateway has told of it before.
  Status Put(const std::string& gateway, int64_t unix_ms, const Load& load);
  // By time; of buckets in which no gateway ran there are none. kInvalidArgument names the field.
  Result<std::vector<LoadBucket>> Query(const LoadQuery& query);
  Status DeleteBefore(int64_t unix_ms);  // minutes that begin before

 private:
  Database& database_;
};

}  // namespace lemma::store
