#include "inference/worker/key_check.h"

#include "common/base/constant_time.h"

namespace lemma::worker {
namespace {

std::string_view WithoutBlanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "": none is presented.
std::string_view KeyIn(const net::HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  if (!net::EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) return "";
  return WithoutBlanks(authorization.substr(kScheme.size()));
}

}  // namespace

Status CheckKey(std::string_view key, const net::HttpRequest& request) {
  if (key.empty()) return Ok();
  const std::string_view presented = KeyIn(request);
  if (EqualInConstantTime(presented, key)) return Ok();
  return Status(StatusCode::kUnauthenticated,
                presented.empty()
                    ? "this worker's key is needed: send the header \"Authorization: Bearer KEY\""
                    : "this is not the worker's key");
}

}  // namespace lemma::worker
