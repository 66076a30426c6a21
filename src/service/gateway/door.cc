#include "service/gateway/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "service/access/key_text.h"

namespace lemma::gateway {
namespace {

Status Unauthenticated(std::string message) {
  return Status(StatusCode::kUnauthenticated, std::move(message));
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "": none is presented.
std::string_view KeyTextOf(const net::HttpRequest& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view authorization = request.header("authorization");
  if (net::EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) {
    return WithoutBlanks(authorization.substr(kScheme.size()));
  }
  return WithoutBlanks(request.header("x-api-key"));
}

bool Has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

Status CheckScope(const access::ApiKey& key, RouteNeed need) {
  if (need == RouteNeed::kAnyKey || Has(key.spec.scopes, "admin")) return Ok();
  const char* scope = need == RouteNeed::kMetrics ? "metrics" : "inference";
  if (Has(key.spec.scopes, scope)) return Ok();
  return Status(StatusCode::kPermissionDenied,
                fmt::format("this API key may not do this: it has no scope \"{}\"", scope));
}

}  // namespace

Result<KeyPtr> Door::Check(const net::HttpRequest& request, RouteNeed need) const {
  if (need == RouteNeed::kNothing) return KeyPtr();
  const std::string_view text = KeyTextOf(request);
  if (!requires_keys_ && !text.starts_with(access::kKeyPrefix)) return KeyPtr();
  if (text.empty()) {
    return Unauthenticated("an API key is needed: send the header \"Authorization: Bearer KEY\"");
  }
  if (keys_ == nullptr) {
    return Unauthenticated(
        "this server knows no API keys: it was started before there were any; restart it");
  }
  LEMMA_ASSIGN_OR_RETURN(KeyPtr key, keys_->Authenticate(text));
  LEMMA_RETURN_IF_ERROR(CheckScope(*key, need));
  return key;
}

}  // namespace lemma::gateway
