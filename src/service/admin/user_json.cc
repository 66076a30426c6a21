#include "service/admin/user_json.h"

#include "service/admin/route.h"

namespace lemma::admin {

boost::json::object ToJson(const store::AdminUser& user) {
  return {{"id", user.id},
          {"name", user.name},
          {"role", access::NameOf(user.role)},
          {"has_totp", user.has_totp},
          {"created", TimeValue(user.created_ms)},
          {"password_set", TimeValue(user.password_ms)},
          {"disabled", TimeValue(user.disabled_ms)}};
}

boost::json::object ToJson(const store::AdminSession& session) {
  return {{"id", session.id},
          {"address", session.address},
          {"created", TimeValue(session.created_ms)},
          {"seen", TimeValue(session.seen_ms)},
          {"expires", TimeValue(session.expires_ms)}};
}

}  // namespace lemma::admin
