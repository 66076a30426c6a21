// Status and Result<T>: how every room reports what the world did wrong (client, file, network,
// overload). Our own mistakes are CHECKs (check.h). No exception crosses a room.
//
// A Status carries a code, a message for people and, where one input is to blame, the name of that
// field ("temperature", "messages[2].content") or file, so that the edge can point at it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/base/check.h"

namespace lemma {

enum class StatusCode {
  kOk,
  kInvalidArgument,   // the caller's input is wrong; `field` names it         (HTTP 400)
  kUnauthenticated,   //                                                       (HTTP 401)
  kPermissionDenied,  // known, but not allowed to                             (HTTP 403)
  kNotFound,          // no such model, file, route                            (HTTP 404)
  kTooLarge,          // over a byte limit                                     (HTTP 413)
  kRateLimited,       // the tenant's limit                                    (HTTP 429)
  kUnavailable,       // full, loading or draining: try again later            (HTTP 503)
  kDeadlineExceeded,  //                                                       (HTTP 504)
  kCancelled,         // the client left
  kDataLoss,          // a file, or another server's answer, is damaged        (HTTP 502)
  kIo,                // the operating system refused (disk full, permission)
  kInternal,          // a fault of ours that was contained                    (HTTP 500)
};

// "invalid_argument", "not_found", ...: for logs and tests.
const char* StatusCodeName(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(StatusCode code, std::string message, std::string field = "")
      : code_(code), message_(std::move(message)), field_(std::move(field)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& field() const { return field_; }  // "" where no single input is to blame

  // The same status with "<prefix>: " before its message (a file's path, a tensor's name).
  Status WithPrefix(const std::string& prefix) const {
    return ok() ? *this : Status(code_, prefix + ": " + message_, field_);
  }
  std::string ToString() const;  // "invalid_argument [temperature]: must be ..."

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
  std::string field_;
};

inline Status Ok() { return Status(); }
inline Status InvalidArgument(std::string message, std::string field = "") {
  return Status(StatusCode::kInvalidArgument, std::move(message), std::move(field));
}
inline Status NotFound(std::string message) {
  return Status(StatusCode::kNotFound, std::move(message));
}
inline Status Unavailable(std::string message) {
  return Status(StatusCode::kUnavailable, std::move(message));
}
inline Status DataLoss(std::string message) {
  return Status(StatusCode::kDataLoss, std::move(message));
}
inline Status IoError(std::string message) { return Status(StatusCode::kIo, std::move(message)); }
inline Status Internal(std::string message) {
  return Status(StatusCode::kInternal, std::move(message));
}

// A value or the reason there is none. Reading the value of a failed Result is a CHECK failure.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit on purpose
    LEMMA_CHECK(!status_.ok(), "a Result without a value needs an error");
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& value() & {
    LEMMA_CHECK(ok(), status_.message().c_str());
    return *value_;
  }
  const T& value() const& {
    LEMMA_CHECK(ok(), status_.message().c_str());
    return *value_;
  }
  T&& value() && {
    LEMMA_CHECK(ok(), status_.message().c_str());
    return *std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace lemma

// Returns early from a function that returns Status or Result<T>.
#define LEMMA_RETURN_IF_ERROR(expression)                                                     \
  do {                                                                                        \
    if (::lemma::Status lemma_status = (expression); !lemma_status.ok()) return lemma_status; \
  } while (false)

// LEMMA_ASSIGN_OR_RETURN(auto file, ReadFile(path));
#define LEMMA_ASSIGN_OR_RETURN(lhs, expression) \
  LEMMA_ASSIGN_OR_RETURN_IMPL(LEMMA_CONCAT(lemma_result_, __LINE__), lhs, expression)
#define LEMMA_ASSIGN_OR_RETURN_IMPL(result, lhs, expression) \
  auto result = (expression);                                \
  if (!result.ok()) return result.status();                  \
  lhs = std::move(result).value()
#define LEMMA_CONCAT(a, b) LEMMA_CONCAT_IMPL(a, b)
#define LEMMA_CONCAT_IMPL(a, b) a##b
