#include "service/store/request_log.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "common/base/log.h"
#include "service/store/request_rows.h"
#include "service/store/usage_rows.h"

namespace lemma::store {
namespace {

using soci::use;

constexpr int kDeleteMax = 1000;  // rows of one transaction
// Of one statement, where a statement is a way through the network and back.
constexpr size_t kRowsAtOnce = 100;

size_t ContentBytes(const RequestRecord& record) {
  return (record.prompt ? record.prompt->size() : 0) + (record.answer ? record.answer->size() : 0);
}

}  // namespace

RequestLog::RequestLog(Database& database, const RequestLogOptions& options)
    : database_(database),
      options_(options),
      writer_(std::make_unique<PeriodicTask>(options.interval, [this] { Write(); })) {}

RequestLog::~RequestLog() {
  writer_.reset();
  Write();
}

void RequestLog::Append(RequestRecord record) {
  if (!record.keeps_content) {
    record.prompt.reset();
    record.answer.reset();
  }
  const size_t bytes = ContentBytes(record);
  const MutexLock lock(mutex_);
  if (n_waiting_ >= options_.records_max || waiting_bytes_ + bytes > options_.bytes_max) {
    ++n_dropped_;
    return;
  }
  ++n_waiting_;
  waiting_bytes_ += bytes;
  waiting_.push_back(std::move(record));
  if (n_waiting_ == options_.batch_max) writer_->RunSoon();
}

std::string RequestLog::RenderMetrics() const {
  constexpr const char* kFormat =
      "# HELP {0} {1}\n"
      "# TYPE {0} counter\n"
      "{0} {2}\n";
  return fmt::format(kFormat, "lemma_gateway_log_rows_dropped_total",
                     "Rows of the request log that found too many waiting to be written",
                     n_dropped());
}

// Writes batch after batch. A record waits until it is written, so that a database that stalls is
// seen as a full queue.
void RequestLog::Write() {
  while (NextBatch()) {
    const Status written = WriteBatch(batch_);
    if (!written.ok() && was_ok_) {
      LogWarning("store: the request log is not written: {}", written.message());
    }
    was_ok_ = written.ok();
    if (!written.ok()) return;
    n_written_ += static_cast<int64_t>(batch_.size());
    size_t bytes = 0;
    for (const RequestRecord& record : batch_) bytes += ContentBytes(record);
    {
      const MutexLock lock(mutex_);
      n_waiting_ -= batch_.size();
      waiting_bytes_ -= bytes;
    }
    batch_.clear();
  }
}

// The one that could not be written, or a new one; false: nothing waits.
bool RequestLog::NextBatch() {
  if (!batch_.empty()) return true;
  const MutexLock lock(mutex_);
  const size_t n = std::min(options_.batch_max, waiting_.size());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(n);
  batch_.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return n > 0;
}

Status RequestLog::WriteBatch(const std::vector<RequestRecord>& batch) {
  return database_.Write(
      [&](soci::session& sql) {
        UsageRows usage;
        std::optional<RequestInsert> insert;
        const size_t n_at_once = database_.is_postgresql() ? kRowsAtOnce : 1;
        for (std::span<const RequestRecord> rest(batch); !rest.empty();) {
          const auto some = rest.first(std::min(n_at_once, rest.size()));
          if (!insert || insert->n_at_once() != some.size()) insert.emplace(sql, some.size());
          std::set<std::string> added = insert->Add(some);
          for (const RequestRecord& record : some) {
            // A batch whose commit was done but not acknowledged comes twice.
            if (added.erase(record.id) > 0) usage[PlaceOf(record)].Add(record);
          }
          rest = rest.subspan(some.size());
          // Requests may wait for this core, where turns end with the clock's ticks, 4 ms apart.
          std::this_thread::yield();
        }
        return AddUsage(sql, usage);
      },
      Durability::kKill);
}

Result<std::optional<RequestRecord>> RequestLog::Find(const std::string& id) {
  std::optional<RequestRecord> found;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    found = SelectRequest(sql, id);
    return Ok();
  }));
  return found;
}

Result<RequestPage> RequestLog::Search(const RequestSearch& search) {
  LEMMA_RETURN_IF_ERROR(CheckSearch(search));
  RequestPage page;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    page = SelectRequests(sql, search);
    return Ok();
  }));
  return page;
}

Status RequestLog::DeleteBefore(int64_t unix_ms, const std::stop_token& stop) {
  for (bool is_done = false; !is_done && !stop.stop_requested();) {
    LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
      soci::statement remove =
          (sql.prepare << "DELETE FROM requests WHERE id IN "
                          "(SELECT id FROM requests WHERE started_ms < :before LIMIT :n)",
           use(unix_ms), use(kDeleteMax));
      remove.execute(/*withDataExchange=*/true);
      is_done = remove.get_affected_rows() < kDeleteMax;
      return Ok();
    }));
  }
  return Ok();
}

}  // namespace lemma::store
