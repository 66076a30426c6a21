#include "service/gateway/replica_answer.h"

namespace lemma::gateway {

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

Status CheckConfigured(int http_status, bool generates) {
  const auto refused = [](const char* what) {
    return Status(StatusCode::kPermissionDenied, std::string("the replica ") + what);
  };
  if (http_status == 401) return refused("refuses its key, or needs one (401)");
  if (http_status == 403) return refused("refuses what its key opens (403)");
  if (http_status == 404 && generates) return refused("does not know its model (404)");
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
