#include "service/store/load_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr int64_t kMinuteMs = 60'000;

// A share that may be missing, as SOCI has it.
struct Share {
  Share() = default;
  explicit Share(const std::optional<double>& share)
      : value(share.value_or(0)), indicator(share ? soci::i_ok : soci::i_null) {}
  std::optional<double> get() const {
    return indicator == soci::i_ok ? std::optional(value) : std::nullopt;
  }

  double value = 0;
  soci::indicator indicator = soci::i_null;
};

int64_t MinutesUpTo(int64_t unix_ms) { return (unix_ms + kMinuteMs - 1) / kMinuteMs; }

Status Check(const LoadQuery& query) {
  if (query.from_ms < 0 || query.from_ms >= query.to_ms) {
    return InvalidArgument("must be before to_ms", "from_ms");
  }
  if (query.bucket_minutes < 1) return InvalidArgument("must be positive", "bucket_minutes");
  if ((query.to_ms - query.from_ms) / kMinuteMs / query.bucket_minutes >= kLoadBucketsMax) {
    return InvalidArgument(
        fmt::format("cuts the time into more than {} buckets: ask for longer ones, or less time",
                    kLoadBucketsMax),
        "bucket_minutes");
  }
  return Ok();
}

}  // namespace

Status LoadStore::Put(const std::string& gateway, int64_t unix_ms, const Load& load) {
  const int64_t minute = unix_ms / kMinuteMs;
  Share kv(load.kv_usage), cpu(load.cpu_usage), gpu(load.gpu_usage);
  return database_.Write(
      [&](soci::session& sql) {
        sql << "INSERT INTO load_minutes (minute, gateway, n_running, n_waiting, n_ready, "
               "kv_usage, "
               "cpu_usage, gpu_usage) VALUES (:minute, :gateway, :running, :waiting, :ready, :kv, "
               ":cpu, :gpu) ON CONFLICT (minute, gateway) DO UPDATE SET "
               "n_running = excluded.n_running, n_waiting = excluded.n_waiting, "
               "n_ready = excluded.n_ready, kv_usage = excluded.kv_usage, "
               "cpu_usage = excluded.cpu_usage, gpu_usage = excluded.gpu_usage",
            use(minute), use(gateway), use(load.n_running), use(load.n_waiting), use(load.n_ready),
            use(kv.value, kv.indicator), use(cpu.value, cpu.indicator),
            use(gpu.value, gpu.indicator);
        return Ok();
      },
      Durability::kKill);
}

Result<std::vector<LoadBucket>> LoadStore::Query(const LoadQuery& query) {
  LEMMA_RETURN_IF_ERROR(Check(query));
  const int64_t from_minute = MinutesUpTo(query.from_ms), to_minute = MinutesUpTo(query.to_ms);
  std::vector<LoadBucket> buckets;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    buckets.clear();
    int64_t bucket = 0;
    Load load;
    Share kv, cpu, gpu;
    soci::statement statement =
        (sql.prepare << "SELECT minute / :bucket, sum(n_running) / count(DISTINCT minute), "
                        "sum(n_waiting) / count(DISTINCT minute), min(n_ready), max(kv_usage), "
                        "max(cpu_usage), max(gpu_usage) FROM load_minutes "
                        "WHERE minute >= :from_minute AND minute < :to_minute "
                        "GROUP BY 1 ORDER BY 1",
         use(query.bucket_minutes), use(from_minute), use(to_minute), into(bucket),
         into(load.n_running), into(load.n_waiting), into(load.n_ready),
         into(kv.value, kv.indicator), into(cpu.value, cpu.indicator),
         into(gpu.value, gpu.indicator));
    statement.execute();
    while (statement.fetch()) {
      load.kv_usage = kv.get();
      load.cpu_usage = cpu.get();
      load.gpu_usage = gpu.get();
      buckets.push_back({bucket * query.bucket_minutes * kMinuteMs, load});
    }
    return Ok();
  }));
  return buckets;
}

Status LoadStore::DeleteBefore(int64_t unix_ms) {
  const int64_t minute = MinutesUpTo(unix_ms);
  return database_.Write([&](soci::session& sql) {
    sql << "DELETE FROM load_minutes WHERE minute < :minute", use(minute);
    return Ok();
  });
}

}  // namespace lemma::store
