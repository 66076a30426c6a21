#include "service/admin/request_export.h"

#include <boost/json/serialize.hpp>

#include "service/admin/csv.h"
#include "service/admin/route.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;

std::string CsvValue(const json::value& value) {
  if (value.is_null()) return "";
  return value.is_string() ? CsvText(value.get_string()) : json::serialize(value);
}

template <typename Text>
std::string Line(const json::object& object, const Text& text) {
  std::string line;
  for (const auto& member : object) line += text(member) + ",";
  line.pop_back();
  return line + kCsvLineEnd;
}

}  // namespace

json::object RequestJson(const store::RequestRecord& record) {
  return {{"id", record.id},
          {"started", TimeValue(record.started_ms)},
          {"key_id", record.key_id},
          {"profile", record.profile},
          {"profile_version", record.profile_version},
          {"task", record.task},
          {"model", record.model},
          {"replica", record.replica},
          {"status", record.http_status},
          {"finish_reason", record.finish_reason},
          {"reason", record.error_reason},
          {"queue_ms", record.queue_ms},
          {"first_token_ms", record.first_token_ms},
          {"answer_ms", record.answer_ms},
          {"per_token_us", record.per_token_us},
          {"duration_ms", record.duration_ms},
          {"prompt_tokens", record.prompt_tokens},
          {"completion_tokens", record.completion_tokens},
          {"thinking_tokens", record.thinking_tokens},
          {"looped", record.is_looped}};
}

std::string RequestsCsv(const std::vector<store::RequestRecord>& records) {
  std::string csv = Line(
      RequestJson({}), [](const auto& member) -> std::string { return std::string(member.key()); });
  for (const store::RequestRecord& record : records) {
    csv += Line(RequestJson(record), [](const auto& member) { return CsvValue(member.value()); });
  }
  return csv;
}

}  // namespace lemma::admin
