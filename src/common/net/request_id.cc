#include "common/net/request_id.h"

#include <algorithm>
#include <string_view>

#include "common/base/random_id.h"

namespace lemma::net {
namespace {

constexpr size_t kRequestIdBytesMax = 128;

bool IsPlain(std::string_view id) {
  return !id.empty() && id.size() <= kRequestIdBytesMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == '.' || c == ':';
         });
}

}  // namespace

std::string RequestIdOf(const HttpRequest& request) {
  const std::string_view id = request.header("x-request-id");
  return IsPlain(id) ? std::string(id) : "req-" + RandomHex();
}

}  // namespace lemma::net
