#include "service/admin/key_json.h"

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "service/access/key_text.h"
#include "service/admin/route.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;

json::array TextArray(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

const char* KeyState(const access::ApiKey& key, int64_t now_ms) {
  if (key.revoked_ms != 0) return "revoked";
  return access::CheckUsable(key, now_ms).ok() ? "active" : "expired";
}

json::object KeyJson(const access::ApiKey& key, int64_t now_ms) {
  const access::KeySpec& spec = key.spec;
  return {{"id", key.id},
          {"name", spec.name},
          {"prefix", std::string(access::kKeyPrefix) + key.handle},
          {"state", KeyState(key, now_ms)},
          {"scopes", TextArray(spec.scopes)},
          {"profiles", TextArray(spec.profiles)},
          {"rpm", spec.limits.requests_per_minute},
          {"tpm", spec.limits.tokens_per_minute},
          {"tpd", spec.limits.tokens_per_day},
          {"concurrency", spec.limits.concurrency},
          {"deadline_ms", spec.deadline_ms},
          {"priority", spec.priority},
          {"keeps_content", spec.keeps_content},
          {"expires", TimeValue(spec.expires_ms)},
          {"created", TimeValue(key.created_ms)},
          {"last_used", TimeValue(key.last_used_ms)},
          {"revoked", TimeValue(key.revoked_ms)}};
}

}  // namespace lemma::admin
