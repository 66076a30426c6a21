// Who is signed in to the admin API. A session's token exists with the browser alone; the database
// has its hash under the server's secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/key_secret.h"
#include "service/store/admin_user_store.h"
#include "service/store/database.h"

namespace lemma::store {

// OWASP ASVS 7.3: a session ends by itself, used or not.
inline constexpr int64_t kSessionMsMax = 8 * 3600 * int64_t{1000};
inline constexpr int64_t kSessionIdleMsMax = 30 * 60 * int64_t{1000};

struct AdminSession {
  std::string id;  // names it in lists; opens nothing
  std::string user_id;
  std::string address;  // where it was begun from
  // Unix milliseconds.
  int64_t created_ms = 0;
  int64_t seen_ms = 0;  // to the minute
  int64_t expires_ms = 0;
};

struct NewAdminSession {
  AdminSession session;
  std::string token;       // 256 bits; for the cookie, never stored or logged
  std::string csrf_token;  // what requests that change something must repeat
};

struct SignedIn {
  AdminUser user;
  AdminSession session;
  std::string csrf_token;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said.
class AdminSessionStore {
 public:
  // All outlive it.
  AdminSessionStore(Database& database, const access::KeySecret& secret, const UnixClock& clock)
      : database_(database), secret_(secret), clock_(clock) {}

  // Of a user who has just proved to be `user`; an entry of the audit log. Forgets what has ended.
  // kUnauthenticated: since `user` was read the password was changed, or the user disabled.
  Result<NewAdminSession> Begin(const AdminUser& user, const std::string& address);
  // kUnauthenticated: no such session, one that has ended, a user who is disabled. Keeps it from
  // idling out.
  Result<SignedIn> Find(std::string_view token);
  // Those that have not ended, the newest first.
  Result<std::vector<AdminSession>> ListOf(const std::string& user_id);
  // Both are entries of the audit log.
  Status End(const std::string& id, const Actor& by);
  // kPermissionDenied as AdminUserStore; people may end their own.
  Status EndAllOf(const std::string& user_id, const Actor& by);

 private:
  std::string HashOf(std::string_view token) const;

  Database& database_;
  const access::KeySecret& secret_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
