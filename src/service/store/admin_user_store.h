// The people who may use the admin API: their roles, passwords and second factors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/admin_role.h"
#include "service/access/key_secret.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

struct AdminUser {
  std::string id;  // "user_" and 12 characters
  std::string name;
  access::AdminRole role = access::AdminRole::kViewer;
  bool has_totp = false;
  // Unix milliseconds; 0: not.
  int64_t created_ms = 0;
  int64_t disabled_ms = 0;
  int64_t password_ms = 0;  // when the password was set
};

// What an authenticator app is told, once.
struct TotpEnrolment {
  std::string secret;  // base 32
  std::string url;     // otpauth://
};

inline constexpr size_t kRecoveryCodes = 10;

// Thread-safe; blocks on the database, and where a password comes in takes the time and memory of
// its hash. Errors: those of Database, kNotFound for a user that is not there, and as said. What
// changes a user is an entry of the audit log, and kPermissionDenied where `by` has not the role to
// (access::MayManage); people may change their own passwords and second factors.
class AdminUserStore {
 public:
  // All outlive it. Of a second factor the database has a random text alone, from which `secret`
  // makes the factor's key.
  AdminUserStore(Database& database, const access::KeySecret& secret, const UnixClock& clock)
      : database_(database), secret_(secret), clock_(clock) {}

  // kInvalidArgument: access::CheckUserName, access::CheckPassword; field "name": it is taken.
  Result<AdminUser> Create(const std::string& name, access::AdminRole role,
                           std::string_view password, const Actor& by = {});
  Result<std::vector<AdminUser>> List();  // by name
  Result<AdminUser> Find(const std::string& id_or_name);

  // Of both: kInvalidArgument where it would leave no owner. Disabling ends the user's sessions.
  Status SetRole(const std::string& id, access::AdminRole role, const Actor& by = {});
  Status SetDisabled(const std::string& id, bool disabled, const Actor& by = {});
  // Ends the user's sessions, but for `session_id`. kInvalidArgument: access::CheckPassword.
  Status SetPassword(const std::string& id, std::string_view password, const Actor& by = {},
                     const std::string& session_id = "");

  // kUnauthenticated, always in the same words and after the same work: no such user, another
  // password, a disabled user. With a second factor `code` is the app's or a recovery code; the
  // field of the error is "code" where the password is right and the code is missing or wrong. A
  // failure, also for want of the code, is an entry of the audit log, without a name that no user
  // has.
  Result<AdminUser> CheckSignIn(const std::string& name, std::string_view password,
                                const std::string& code, const std::string& address);
  // Of a user who is signed in already. kPermissionDenied, field "password".
  Status CheckPasswordOf(const std::string& id, std::string_view password);

  // A new secret, which counts once it is confirmed. kInvalidArgument where one is confirmed.
  Result<TotpEnrolment> BeginTotp(const std::string& id, const Actor& by);
  // With a code of the app; the recovery codes, each good for one sign-in, which are shown once.
  // kInvalidArgument, field "code".
  Result<std::vector<std::string>> ConfirmTotp(const std::string& id, const std::string& code,
                                               const Actor& by);
  Status RemoveTotp(const std::string& id, const Actor& by = {});

 private:
  std::string TotpSecret(const std::string& id, const std::string& nonce) const;
  std::string RecoveryHash(const std::string& id, const std::string& code) const;
  // Takes the code where it is one; it is not accepted again.
  Result<bool> UseCode(const std::string& id, const std::string& code);

  Database& database_;
  const access::KeySecret& secret_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
