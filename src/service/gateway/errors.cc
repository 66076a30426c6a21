#include "service/gateway/errors.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "common/base/error_body.h"
#include "common/net/retry_after.h"
#include "common/net/sse.h"

namespace lemma::gateway {
namespace {

// How long a worker takes to come back, about: it loads its model anew.
constexpr std::chrono::seconds kRetryAfter{2};

// So that clients can tell the worker's absence from an error that the worker itself reports.
std::string_view CodeOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kDeadlineExceeded:
      return "worker_timeout";
    case StatusCode::kDataLoss:
      return "worker_failed";
    default:
      return "";
  }
}

net::HttpResponse Response(int http_status, std::string body) {
  net::HttpResponse response = net::HttpResponse::Json(http_status, std::move(body));
  if (http_status == 503) net::AddRetryAfter(response, kRetryAfter);
  // Asked again at once, as official clients do, it would only add to what made it late.
  if (http_status == 504) net::AddNoRetry(response);
  return response;
}

}  // namespace

net::HttpResponse ErrorResponse(const Status& status, const std::string& code) {
  return Response(HttpStatusOf(status), ErrorBody(status, code.empty() ? CodeOf(status) : code));
}

net::HttpResponse HttpErrorResponse(int http_status, const std::string& message) {
  return Response(http_status, HttpErrorBody(http_status, message));
}

Status WorkerFailure(const Status& status, bool is_late) {
  if (is_late) {
    return Status(StatusCode::kDeadlineExceeded,
                  "the deadline is over, and the model has not ended its answer");
  }
  switch (status.code()) {
    case StatusCode::kUnavailable:
      return Unavailable("the model is not available at the moment");
    case StatusCode::kDeadlineExceeded:
      return Status(StatusCode::kDeadlineExceeded, "the model took too long to answer");
    case StatusCode::kPermissionDenied:
      return DataLoss("this service is not set up right for the model; its log says what is wrong");
    default:
      return DataLoss("the model's worker failed before its answer was complete");
  }
}

Status Quarantined(Duration left) {
  return InvalidArgument(
      fmt::format("this request was being answered when a worker ended, twice; it is refused for "
                  "{} more minutes",
                  std::chrono::ceil<std::chrono::minutes>(left).count()));
}

Status Cancelled(CancelCause cause) {
  if (cause == CancelCause::kRevokedKey) {
    return Status(StatusCode::kUnauthenticated, "this API key was revoked");
  }
  return Status(StatusCode::kCancelled, "the request was cancelled by whoever runs this service");
}

std::string ErrorEvent(const Status& status, const std::string& code) {
  return net::SseEvent(ErrorBody(status, code.empty() ? CodeOf(status) : code), "error");
}

}  // namespace lemma::gateway
