#include "service/store/request_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr const char* kColumns =
    "id, key_id, profile, profile_version, task, model, replica, finish_reason, error_reason, "
    "http_status, started_ms, queue_ms, first_token_ms, answer_ms, per_token_us, duration_ms, "
    "prompt_tokens, completion_tokens, thinking_tokens, is_looped";

// PostgreSQL takes no NUL in a text.
std::string WithoutNul(std::string text) {
  std::erase(text, '\0');
  return text;
}

// The columns of kColumns into `row`.
template <typename Prepared>
void BindRow(Prepared& prepared, RequestRecord& row, int& is_looped) {
  prepared, into(row.id), into(row.key_id), into(row.profile), into(row.profile_version),
      into(row.task), into(row.model), into(row.replica), into(row.finish_reason),
      into(row.error_reason), into(row.http_status), into(row.started_ms), into(row.queue_ms),
      into(row.first_token_ms), into(row.answer_ms), into(row.per_token_us), into(row.duration_ms),
      into(row.prompt_tokens), into(row.completion_tokens), into(row.thinking_tokens),
      into(is_looped);
}

}  // namespace

RequestInsert::RequestInsert(soci::session& sql)
    : insert_(
          (sql.prepare << fmt::format(
               "INSERT INTO requests ({}, prompt, answer) VALUES (:id, :key, :profile, :version, "
               ":task, :model, :replica, :finish, :reason, :status, :started, :queue, :first, "
               ":answered, :per_token, :duration, :in, :out, :thinking, :looped, :prompt, :answer) "
               "ON CONFLICT (id) DO NOTHING",
               kColumns),
           use(row_.id), use(row_.key_id), use(row_.profile), use(row_.profile_version),
           use(row_.task), use(row_.model), use(row_.replica), use(row_.finish_reason),
           use(row_.error_reason), use(row_.http_status), use(row_.started_ms), use(row_.queue_ms),
           use(row_.first_token_ms), use(row_.answer_ms), use(row_.per_token_us),
           use(row_.duration_ms), use(row_.prompt_tokens), use(row_.completion_tokens),
           use(row_.thinking_tokens), use(is_looped_), use(prompt_, has_prompt_),
           use(answer_, has_answer_))) {}

bool RequestInsert::Add(const RequestRecord& record) {
  row_ = record;
  is_looped_ = record.is_looped ? 1 : 0;
  prompt_ = WithoutNul(record.prompt.value_or(""));
  answer_ = WithoutNul(record.answer.value_or(""));
  has_prompt_ = record.prompt ? soci::i_ok : soci::i_null;
  has_answer_ = record.answer ? soci::i_ok : soci::i_null;
  insert_.execute(/*withDataExchange=*/true);
  return insert_.get_affected_rows() > 0;
}

std::optional<RequestRecord> SelectRequest(soci::session& sql, const std::string& id) {
  RequestRecord row;
  int is_looped = 0;
  std::string prompt, answer;
  soci::indicator has_prompt = soci::i_null, has_answer = soci::i_null;
  auto prepared = sql.prepare << fmt::format(
                      "SELECT {}, prompt, answer FROM requests WHERE id = :id", kColumns);
  prepared, use(id);
  BindRow(prepared, row, is_looped);
  prepared, into(prompt, has_prompt), into(answer, has_answer);
  soci::statement statement = prepared;
  if (!statement.execute(/*withDataExchange=*/true)) return std::nullopt;
  row.is_looped = is_looped != 0;
  if (has_prompt == soci::i_ok) row.prompt = prompt;
  if (has_answer == soci::i_ok) row.answer = answer;
  row.keeps_content = row.prompt || row.answer;
  return row;
}

RequestPage SelectRequests(soci::session& sql, const RequestSearch& search) {
  const std::pair<const char*, const std::string*> words[] = {
      {"id", &search.id},           {"key_id", &search.key_id},
      {"profile", &search.profile}, {"model", &search.model},
      {"replica", &search.replica}, {"error_reason", &search.error_reason}};
  std::string where = "(started_ms < :before OR (started_ms = :at AND id < :before_id))";
  for (const auto& [column, value] : words) {
    if (!value->empty()) where += fmt::format(" AND {0} = :{0}", column);
  }
  if (search.has_error) where += " AND error_reason <> ''";
  if (search.http_status != 0) where += " AND http_status = :status";
  where += " AND started_ms >= :from_ms AND started_ms < :to_ms";

  const SearchCursor cursor = *ParseCursor(search.cursor);
  const int64_t to_ms = search.to_ms > 0 ? search.to_ms : INT64_MAX;
  const size_t n_asked = search.page_max + 1;  // one more tells whether there is another page
  RequestRecord row;
  int is_looped = 0;
  auto prepared = sql.prepare << fmt::format(
                      "SELECT {} FROM requests WHERE {} ORDER BY started_ms DESC, id DESC LIMIT {}",
                      kColumns, where, n_asked);
  prepared, use(cursor.started_ms), use(cursor.started_ms), use(cursor.id);
  for (const auto& [column, value] : words) {
    if (!value->empty()) prepared, use(*value);
  }
  if (search.http_status != 0) prepared, use(search.http_status);
  prepared, use(search.from_ms), use(to_ms);
  BindRow(prepared, row, is_looped);
  RequestPage page;
  soci::statement statement = prepared;
  statement.execute();
  while (statement.fetch()) {
    if (page.records.size() == search.page_max) {
      const RequestRecord& last = page.records.back();
      page.next = fmt::format("{}.{}", last.started_ms, last.id);
      break;
    }
    row.is_looped = is_looped != 0;
    page.records.push_back(row);
  }
  return page;
}

}  // namespace lemma::store
