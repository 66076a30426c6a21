#include "common/base/error_body.h"

#include <boost/json.hpp>

#include "common/base/utf8_text.h"

namespace lemma {
namespace {

namespace json = boost::json;

struct ErrorClass {
  int http_status;
  std::string_view type;
  std::string_view code;  // "": null
};

ErrorClass ClassOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
      return {400, "invalid_request_error", ""};
    case StatusCode::kUnauthenticated:
      return {401, "authentication_error", "invalid_api_key"};
    case StatusCode::kPermissionDenied:
      return {403, "permission_error", "permission_denied"};
    case StatusCode::kNotFound:
      return {404, "invalid_request_error",
              status.field() == "model" ? "model_not_found" : "not_found"};
    case StatusCode::kTooLarge:
      return {413, "invalid_request_error", "request_too_large"};
    case StatusCode::kRateLimited:
      return {429, "rate_limit_error", "rate_limit_exceeded"};
    case StatusCode::kUnavailable:
      return {503, "unavailable_error", "unavailable"};
    case StatusCode::kDeadlineExceeded:
      return {504, "timeout_error", "deadline_exceeded"};
    case StatusCode::kCancelled:
      return {499, "cancelled", "cancelled"};
    case StatusCode::kDataLoss:
      return {502, "server_error", "bad_gateway"};
    default:
      return {500, "server_error", "internal_error"};
  }
}

ErrorClass ClassOfHttp(int http_status) {
  if (http_status == 503) return {503, "unavailable_error", "unavailable"};
  if (http_status >= 500) return {http_status, "server_error", "internal_error"};
  return {http_status, "invalid_request_error", ""};
}

// What a client sent comes back in messages: whatever it was, the body is UTF-8 and short.
std::string Presentable(std::string_view text) { return Utf8Text(text, kErrorTextBytesMax); }

std::string Render(std::string_view message, const ErrorClass& error, std::string_view param) {
  const auto or_null = [](std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(Presentable(text));
  };
  return json::serialize(json::object{{"error",
                                       {{"message", Presentable(message)},
                                        {"type", error.type},
                                        {"param", or_null(param)},
                                        {"code", or_null(error.code)}}}});
}

}  // namespace

int HttpStatusOf(const Status& status) { return ClassOf(status).http_status; }

std::string ErrorBody(const Status& status, std::string_view code) {
  ErrorClass error = ClassOf(status);
  if (!code.empty()) error.code = code;
  const std::string prefix = status.field().empty() ? "" : status.field() + ": ";
  return Render(prefix + status.message(), error, status.field());
}

std::string HttpErrorBody(int http_status, std::string_view message) {
  return Render(message, ClassOfHttp(http_status), "");
}

}  // namespace lemma
