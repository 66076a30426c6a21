#include "service/gateway/errors.h"

#include <boost/json.hpp>
#include <utility>

namespace lemma::gateway {
namespace {

namespace json = boost::json;

// How long a worker takes to come back, about: it loads its model anew.
constexpr const char* kRetryAfterSeconds = "2";

struct ErrorClass {
  int http_status;
  const char* type;
  const char* code;  // "": null
};

ErrorClass ClassOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
      return {400, "invalid_request_error", ""};
    case StatusCode::kNotFound:
      return {404, "invalid_request_error", "not_found"};
    case StatusCode::kTooLarge:
      return {413, "invalid_request_error", "request_too_large"};
    case StatusCode::kUnavailable:
      return {503, "unavailable_error", "unavailable"};
    case StatusCode::kDeadlineExceeded:
      return {504, "timeout_error", "worker_timeout"};
    case StatusCode::kDataLoss:
      return {502, "server_error", "worker_failed"};
    default:
      return {500, "server_error", "internal_error"};
  }
}

ErrorClass ClassOfHttp(int http_status) {
  if (http_status == 503) return {503, "unavailable_error", "unavailable"};
  if (http_status >= 500) return {http_status, "server_error", "internal_error"};
  return {http_status, "invalid_request_error", ""};
}

std::string Body(const std::string& message, const char* type, const std::string& param,
                 const std::string& code) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  return json::serialize(json::object{{"error",
                                       {{"message", message},
                                        {"type", type},
                                        {"param", or_null(param)},
                                        {"code", or_null(code)}}}});
}

net::HttpResponse Response(int http_status, std::string body) {
  net::HttpResponse response = net::HttpResponse::Json(http_status, std::move(body));
  if (http_status == 503) response.headers.push_back({"Retry-After", kRetryAfterSeconds});
  return response;
}

}  // namespace

std::string ErrorBody(const Status& status, const std::string& code) {
  const ErrorClass error = ClassOf(status.code());
  const std::string prefix = status.field().empty() ? "" : status.field() + ": ";
  return Body(prefix + status.message(), error.type, status.field(),
              code.empty() ? error.code : code);
}

net::HttpResponse ErrorResponse(const Status& status, const std::string& code) {
  return Response(ClassOf(status.code()).http_status, ErrorBody(status, code));
}

net::HttpResponse HttpErrorResponse(int http_status, const std::string& message) {
  const ErrorClass error = ClassOfHttp(http_status);
  return Response(http_status, Body(message, error.type, "", error.code));
}

}  // namespace lemma::gateway
