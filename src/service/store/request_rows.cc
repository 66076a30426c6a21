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

RequestInsert::RequestInsert(soci::session& sql, size_t n_at_once)
    : rows_(n_at_once), insert_(Prepare(sql)) {}

soci::statement RequestInsert::Prepare(soci::session& sql) {
  std::string places;
  for (size_t i = 0; i < rows_.size(); ++i) {
    places += fmt::format(
        "{0}(:id{1}, :key{1}, :profile{1}, :version{1}, :task{1}, :model{1}, :replica{1}, "
        ":finish{1}, :reason{1}, :status{1}, :started{1}, :queue{1}, :first{1}, :answered{1}, "
        ":per_token{1}, :duration{1}, :in{1}, :out{1}, :thinking{1}, :looped{1}, :prompt{1}, "
        ":answer{1})",
        i == 0 ? "" : ", ", i);
  }
  auto prepared = sql.prepare << fmt::format(
                      "INSERT INTO requests ({}, prompt, answer) VALUES {} "
                      "ON CONFLICT (id) DO NOTHING RETURNING id",
                      kColumns, places);
  for (Row& row : rows_) {
    RequestRecord& at = row.record;
    prepared, use(at.id), use(at.key_id), use(at.profile), use(at.profile_version), use(at.task),
        use(at.model), use(at.replica), use(at.finish_reason), use(at.error_reason),
        use(at.http_status), use(at.started_ms), use(at.queue_ms), use(at.first_token_ms),
        use(at.answer_ms), use(at.per_token_us), use(at.duration_ms), use(at.prompt_tokens),
        use(at.completion_tokens), use(at.thinking_tokens), use(row.is_looped),
        use(row.prompt, row.has_prompt), use(row.answer, row.has_answer);
  }
  prepared, into(added_);
  return soci::statement(prepared);
}

std::set<std::string> RequestInsert::Add(std::span<const RequestRecord> records) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    row.record = records[i];
    row.is_looped = records[i].is_looped ? 1 : 0;
    row.prompt = WithoutNul(records[i].prompt.value_or(""));
    row.answer = WithoutNul(records[i].answer.value_or(""));
    row.has_prompt = records[i].prompt ? soci::i_ok : soci::i_null;
    row.has_answer = records[i].answer ? soci::i_ok : soci::i_null;
  }
  std::set<std::string> added;
  insert_.execute();
  while (insert_.fetch()) added.insert(added_);
  return added;
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
