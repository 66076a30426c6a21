// What was asked and how it went: one row a request, and sums by the hour. A caller never waits for
// the database: rows queue up within a bound and are written in batches; what does not fit is
// dropped and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/store/database.h"
#include "service/store/periodic_task.h"

namespace lemma::store {

struct RequestRecord {
  std::string id;      // x-request-id, unique
  std::string key_id;  // "": without a key
  std::string profile;
  std::string model;
  std::string replica;
  std::string finish_reason;  // "": there was no answer
  int64_t http_status = 0;
  int64_t started_ms = 0;  // Unix time
  int64_t queue_ms = 0;
  int64_t first_token_ms = 0;
  int64_t duration_ms = 0;
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
  // KeySpec::keeps_content of its key: without it, prompt and answer are dropped on the spot.
  bool keeps_content = false;
  std::optional<std::string> prompt;
  std::optional<std::string> answer;
};

// The requests of one hour that agree in all of the first five.
struct UsageHour {
  int64_t hour_ms = 0;  // its beginning, Unix time
  std::string key_id;
  std::string profile;
  std::string model;
  int64_t http_status = 0;
  int64_t n_requests = 0;
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
  int64_t duration_ms = 0;
};

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

  // These block on the database; errors are those of Database.
  Result<std::optional<RequestRecord>> Find(const std::string& id);
  // Of the hours that begin in [from_ms, to_ms), sorted by hour.
  Result<std::vector<UsageHour>> Usage(int64_t from_ms, int64_t to_ms);
  // Removes the rows of requests that started before; the sums stay. In short transactions.
  Status DeleteBefore(int64_t unix_ms);

 private:
  void Write();
  Status WriteBatch(const std::vector<RequestRecord>& batch);

  Database& database_;
  const RequestLogOptions options_;
  std::atomic<int64_t> n_written_ = 0;
  std::atomic<int64_t> n_dropped_ = 0;
  Mutex mutex_;
  std::deque<RequestRecord> waiting_ LEMMA_GUARDED_BY(mutex_);
  size_t waiting_bytes_ LEMMA_GUARDED_BY(mutex_) = 0;
  bool was_ok_ = true;  // of the writing thread alone
  std::unique_ptr<PeriodicTask> writer_;
};

}  // namespace lemma::store
