// Admin users as rows. For this room alone; all run in a transaction and throw soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "service/store/admin_user_store.h"

namespace lemma::store {

struct AdminUserRow {
  AdminUser user;
  std::string password;    // its hash
  std::string totp_nonce;  // "": no second factor, not even one that waits to be confirmed
  int64_t totp_step = 0;   // the last one that a code was accepted for
};

void InsertAdminUser(soci::session& sql, const AdminUserRow& row);
// All by name, or the one whose id or name it is.
std::vector<AdminUserRow> SelectAdminUsers(soci::session& sql, const std::string& id_or_name = "");
// kNotFound, and how to find the names.
Status NoSuchUser(const std::string& name);
// The user, whom `by` may change (`may_be_self`: or who is `by`); else kNotFound,
// kPermissionDenied. In a transaction that has the audit log's lock: so nobody's role changes
// meanwhile.
Result<AdminUserRow> Manageable(soci::session& sql, const std::string& id, const Actor& by,
                                bool may_be_self = false);
// Users who are owners and not disabled.
int64_t CountOwners(soci::session& sql);
// All but the one of this id ("": all).
void DeleteSessionsOf(soci::session& sql, const std::string& user_id,
                      const std::string& session_id = "");

}  // namespace lemma::store
