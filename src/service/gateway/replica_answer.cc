#include "service/gateway/replica_answer.h"

#include <boost/json/object.hpp>
#include <string>

#include "common/base/json.h"

namespace lemma::gateway {
namespace {

// Of an error's body: OpenAI's "param" or "code", vLLM's "type".
bool IsOfModel(const std::string& body) {
  const auto object = ParseJsonObject(body, "the error");
  const boost::json::value* error = object.ok() ? object->if_contains("error") : nullptr;
  if (error == nullptr || !error->is_object()) return false;
  const auto is = [&](const char* name, const char* text) {
    const boost::json::value* value = error->get_object().if_contains(name);
    return value != nullptr && *value == text;
  };
  return is("param", "model") || is("code", "model_not_found") || is("type", "NotFoundError");
}

}  // namespace

bool IsEventStream(const net::HttpResponse& head) {
  constexpr std::string_view kType = "text/event-stream";
  return head.status == 200 &&
         net::EqualsIgnoreCase(head.header("content-type").substr(0, kType.size()), kType);
}

bool IsComments(std::string_view piece) {
  bool is_event_over = true;  // what is cut may become anything
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    if (end == piece.npos) return false;
    std::string_view line = piece.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    is_event_over = line.empty();
    const bool is_comment = line.starts_with(':') && line.find('\r') == line.npos;
    if (!is_comment && !line.empty()) return false;
    piece.remove_prefix(end + 1);
  }
  return is_event_over;
}

bool IsServersFault(int http_status) {
  return http_status == 429 || http_status == 500 || http_status == 502 || http_status == 503;
}

Status CheckConfigured(const net::HttpResponse& answer, bool generates) {
  if (answer.status == 401) {
    return Status(StatusCode::kPermissionDenied, "the replica refuses its key, or needs one (401)");
  }
  if (answer.status == 404 && generates && IsOfModel(answer.body)) {
    return Status(StatusCode::kPermissionDenied, "the replica does not know its model (404)");
  }
  return Ok();
}

pool::Outcome OutcomeOf(const Status& status, int http_status) {
  switch (status.code()) {
    case StatusCode::kOk:
      if (http_status == 429 || http_status == 503) return pool::Outcome::kRefused;
      return IsServersFault(http_status) ? pool::Outcome::kFailed : pool::Outcome::kAnswered;
    case StatusCode::kCancelled:
      return pool::Outcome::kCancelled;
    case StatusCode::kDataLoss:
      return pool::Outcome::kLost;
    case StatusCode::kUnavailable:
      return pool::Outcome::kUnreachable;
    default:
      return pool::Outcome::kFailed;
  }
}

}  // namespace lemma::gateway
