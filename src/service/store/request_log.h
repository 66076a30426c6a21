// What was asked and how it went: one row a request, and its share of the sums that usage_store.h
// asks. A caller never waits for the database: rows queue up within a bound and are written in
// batches; what does not fit is dropped and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/store/database.h"
#include "service/store/periodic_task.h"
#include "service/store/request_record.h"
#include "service/store/request_search.h"

namespace lemma::store {

struct RequestLogOptions {
  size_t records_max = 10'000;
  size_t bytes_max = 64 << 20;  // of kept prompts and answers that wait
  size_t batch_max = 500;       // rows of one transaction
  std::chrono::milliseconds interval{500};
};

// Thread-safe. One thread writes.
class RequestLog {
 public:
  explicit RequestLog(Database& database, const RequestLogOptions& options = {});
  ~RequestLog();  // writes what waits, if the database is there

  // Never blocks. Dropped where too much waits.
  void Append(RequestRecord record);

  int64_t n_written() const { return n_written_; }
  int64_t n_dropped() const { return n_dropped_; }
  std::string RenderMetrics() const;  // in Prometheus' exposition format

  // These block on the database; errors are those of Database and CheckSearch.
  Result<std::optional<RequestRecord>> Find(const std::string& id);
  Result<RequestPage> Search(const RequestSearch& search);
  // Removes the rows of requests that started before; the sums stay. In short transactions, and no
  // further one once `stop` asks for it: what is left goes the next time.
  Status DeleteBefore(int64_t unix_ms, const std::stop_token& stop = {});

 private:
  void Write();
  bool NextBatch();
  Status WriteBatch(const std::vector<RequestRecord>& batch);

  Database& database_;
  const RequestLogOptions options_;
  std::atomic<int64_t> n_written_ = 0;
  std::atomic<int64_t> n_dropped_ = 0;
  Mutex mutex_;
  std::deque<RequestRecord> waiting_ LEMMA_GUARDED_BY(mutex_);
  size_t n_waiting_ LEMMA_GUARDED_BY(mutex_) = 0;      // with those of batch_
  size_t waiting_bytes_ LEMMA_GUARDED_BY(mutex_) = 0;  // the same
  // Of the writing thread alone.
  std::vector<RequestRecord> batch_;  // being written
  bool was_ok_ = true;
  std::unique_ptr<PeriodicTask> writer_;
};

}  // namespace lemma::store
