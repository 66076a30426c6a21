#include "service/gateway/door.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "common/net/bearer.h"
#include "common/net/foreign.h"
#include "service/access/evaluation_key.h"
#include "service/access/key_text.h"
#include "service/solve/asked_chat.h"

namespace lemma::gateway {
namespace {

Status Unauthenticated(std::string message) {
  return Status(StatusCode::kUnauthenticated, std::move(message));
}

// "": none is presented.
std::string_view KeyTextOf(const net::HttpRequest& request) {
  // Another scheme is no key, and x-api-key may stand beside it.
  const std::string_view bearer = net::BearerKey(request);
  return bearer.empty() ? net::WithoutBlanks(request.header("x-api-key")) : bearer;
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

// The key of what the server asks of itself, by its id; null for nobody.
Result<KeyPtr> OwnKey(store::KeyCache* keys, bool requires_keys, const std::string& key_id) {
  if (key_id == access::kEvaluationKeyId) {
    return std::make_shared<const access::ApiKey>(access::EvaluationKey());
  }
  if (key_id.empty() && !requires_keys) return KeyPtr();
  if (key_id.empty() || keys == nullptr) {
    return Unauthenticated("an API key is needed: this was asked for without one");
  }
  return keys->Usable(key_id);
}

// A request that is asked for somebody who is not there presents no key, and is that key's.
Result<KeyPtr> CheckOwn(store::KeyCache* keys, bool requires_keys, const std::string& key_id,
                        RouteNeed need) {
  LEMMA_ASSIGN_OR_RETURN(KeyPtr key, OwnKey(keys, requires_keys, key_id));
  if (key) LEMMA_RETURN_IF_ERROR(CheckScope(*key, need));
  return key;
}

// Who needs no key is on this machine; so is a browser, whatever page it shows.
Result<KeyPtr> Nobody(const net::HttpRequest& request) {
  LEMMA_RETURN_IF_ERROR(net::CheckNotForeign(request));
  return KeyPtr();
}

}  // namespace

Result<KeyPtr> Door::Check(const net::HttpRequest& request, RouteNeed need) const {
  if (need == RouteNeed::kNothing) return KeyPtr();
  if (const auto key_id = solve::KeyOfOwn(request)) {
    return CheckOwn(keys_, requires_keys_, *key_id, need);
  }
  const std::string_view text = KeyTextOf(request);
  if (!requires_keys_ && !text.starts_with(access::kKeyPrefix)) return Nobody(request);
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
