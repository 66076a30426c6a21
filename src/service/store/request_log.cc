#include "service/store/request_log.h"

#include <soci/soci.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "common/base/log.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr int64_t kHourMs = 3'600'000;
constexpr int kDeleteMax = 1000;  // rows of one transaction

size_t ContentBytes(const RequestRecord& record) {
  return (record.prompt ? record.prompt->size() : 0) + (record.answer ? record.answer->size() : 0);
}

// PostgreSQL takes no NUL in a text.
std::string WithoutNul(std::string text) {
  std::erase(text, '\0');
  return text;
}

// Whether it was not there yet: a batch whose commit was done but not acknowledged comes twice.
bool InsertRequest(soci::session& sql, const RequestRecord& record) {
  const std::string prompt = WithoutNul(record.prompt.value_or(""));
  const std::string answer = WithoutNul(record.answer.value_or(""));
  soci::indicator has_prompt = record.prompt ? soci::i_ok : soci::i_null;
  soci::indicator has_answer = record.answer ? soci::i_ok : soci::i_null;
  soci::statement insert =
      (sql.prepare << "INSERT INTO requests (id, key_id, profile, model, replica, finish_reason, "
                      "http_status, started_ms, queue_ms, first_token_ms, duration_ms, "
                      "prompt_tokens, completion_tokens, prompt, answer) VALUES (:id, :key, "
                      ":profile, :model, :replica, :finish, :status, :started, :queue, :first, "
                      ":duration, :in, :out, :prompt, :answer) ON CONFLICT (id) DO NOTHING",
       use(record.id), use(record.key_id), use(record.profile), use(record.model),
       use(record.replica), use(record.finish_reason), use(record.http_status),
       use(record.started_ms), use(record.queue_ms), use(record.first_token_ms),
       use(record.duration_ms), use(record.prompt_tokens), use(record.completion_tokens),
       use(prompt, has_prompt), use(answer, has_answer));
  insert.execute(/*withDataExchange=*/true);
  return insert.get_affected_rows() > 0;
}

void AddToHour(soci::session& sql, const RequestRecord& record) {
  const int64_t hour = record.started_ms / kHourMs;
  sql << "INSERT INTO usage_hours (hour, key_id, profile, model, http_status, n_requests, "
         "prompt_tokens, completion_tokens, duration_ms) VALUES (:hour, :key, :profile, :model, "
         ":status, 1, :in, :out, :duration) "
         "ON CONFLICT (hour, key_id, profile, model, http_status) DO UPDATE SET "
         "n_requests = usage_hours.n_requests + 1, "
         "prompt_tokens = usage_hours.prompt_tokens + excluded.prompt_tokens, "
         "completion_tokens = usage_hours.completion_tokens + excluded.completion_tokens, "
         "duration_ms = usage_hours.duration_ms + excluded.duration_ms",
      use(hour), use(record.key_id), use(record.profile), use(record.model),
      use(record.http_status), use(record.prompt_tokens), use(record.completion_tokens),
      use(record.duration_ms);
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
  if (waiting_.size() >= options_.records_max || waiting_bytes_ + bytes > options_.bytes_max) {
    ++n_dropped_;
    return;
  }
  waiting_bytes_ += bytes;
  waiting_.push_back(std::move(record));
  if (waiting_.size() == options_.batch_max) writer_->RunSoon();
}

// Writes batch after batch. A record leaves the queue only when it is written, so that a database
// that stalls is seen as a full queue.
void RequestLog::Write() {
  for (;;) {
    std::vector<RequestRecord> batch;
    {
      const MutexLock lock(mutex_);
      const size_t n = std::min(options_.batch_max, waiting_.size());
      batch.assign(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (batch.empty()) return;
    const Status written = WriteBatch(batch);
    if (!written.ok() && was_ok_) {
      LogWarning("store: the request log is not written: {}", written.message());
    }
    was_ok_ = written.ok();
    if (!written.ok()) return;
    n_written_ += static_cast<int64_t>(batch.size());
    const MutexLock lock(mutex_);
    for (const RequestRecord& record : batch) {
      waiting_bytes_ -= ContentBytes(record);
      waiting_.pop_front();
    }
  }
}

// Sums are added in one order by all gateways, so that no two wait for each other.
Status RequestLog::WriteBatch(const std::vector<RequestRecord>& batch) {
  std::vector<const RequestRecord*> sorted;
  for (const RequestRecord& record : batch) sorted.push_back(&record);
  const auto place = [](const RequestRecord* record) {
    return std::make_tuple(record->started_ms / kHourMs, std::string_view(record->key_id),
                           std::string_view(record->profile), std::string_view(record->model),
                           record->http_status);
  };
  std::sort(sorted.begin(), sorted.end(),
            [&](const RequestRecord* a, const RequestRecord* b) { return place(a) < place(b); });
  return database_.Write(
      [&](soci::session& sql) {
        for (const RequestRecord* record : sorted) {
          if (InsertRequest(sql, *record)) AddToHour(sql, *record);
        }
        return Ok();
      },
      Durability::kKill);
}

Result<std::optional<RequestRecord>> RequestLog::Find(const std::string& id) {
  std::optional<RequestRecord> found;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    RequestRecord row;
    std::string prompt, answer;
    soci::indicator has_prompt = soci::i_null, has_answer = soci::i_null;
    sql << "SELECT id, key_id, profile, model, replica, finish_reason, http_status, started_ms, "
           "queue_ms, first_token_ms, duration_ms, prompt_tokens, completion_tokens, prompt, "
           "answer FROM requests WHERE id = :id",
        use(id), into(row.id), into(row.key_id), into(row.profile), into(row.model),
        into(row.replica), into(row.finish_reason), into(row.http_status), into(row.started_ms),
        into(row.queue_ms), into(row.first_token_ms), into(row.duration_ms),
        into(row.prompt_tokens), into(row.completion_tokens), into(prompt, has_prompt),
        into(answer, has_answer);
    found.reset();
    if (!sql.got_data()) return Ok();
    if (has_prompt == soci::i_ok) row.prompt = prompt;
    if (has_answer == soci::i_ok) row.answer = answer;
    row.keeps_content = row.prompt || row.answer;
    found = std::move(row);
    return Ok();
  }));
  return found;
}

Result<std::vector<UsageHour>> RequestLog::Usage(int64_t from_ms, int64_t to_ms) {
  std::vector<UsageHour> hours;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    hours.clear();
    UsageHour row;
    int64_t hour = 0;
    const int64_t from = (from_ms + kHourMs - 1) / kHourMs, to = (to_ms + kHourMs - 1) / kHourMs;
    soci::statement statement =
        (sql.prepare << "SELECT hour, key_id, profile, model, http_status, n_requests, "
                        "prompt_tokens, completion_tokens, duration_ms FROM usage_hours "
                        "WHERE hour >= :from_hour AND hour < :to_hour "
                        "ORDER BY hour, key_id, profile, model, http_status",
         use(from), use(to), into(hour), into(row.key_id), into(row.profile), into(row.model),
         into(row.http_status), into(row.n_requests), into(row.prompt_tokens),
         into(row.completion_tokens), into(row.duration_ms));
    statement.execute();
    while (statement.fetch()) {
      row.hour_ms = hour * kHourMs;
      hours.push_back(row);
    }
    return Ok();
  }));
  return hours;
}

Status RequestLog::DeleteBefore(int64_t unix_ms) {
  for (bool is_done = false; !is_done;) {
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
