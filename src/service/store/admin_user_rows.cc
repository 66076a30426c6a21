#include "service/store/admin_user_rows.h"

#include <fmt/format.h>

namespace lemma::store {

using soci::into;
using soci::use;

void InsertAdminUser(soci::session& sql, const AdminUserRow& row) {
  const std::string role(access::NameOf(row.user.role));
  sql << "INSERT INTO admin_users (id, name, role, password, created_ms, disabled_ms, password_ms, "
         "totp_nonce, totp_confirmed, totp_step) VALUES (:id, :name, :role, :password, :created, "
         "0, :created, '', 0, 0)",
      use(row.user.id, "id"), use(row.user.name, "name"), use(role, "role"),
      use(row.password, "password"), use(row.user.created_ms, "created");
}

std::vector<AdminUserRow> SelectAdminUsers(soci::session& sql, const std::string& id_or_name) {
  AdminUserRow row;
  std::string role;
  int64_t totp_confirmed = 0;
  soci::statement statement =
      (sql.prepare << "SELECT id, name, role, password, created_ms, disabled_ms, password_ms, "
                      "totp_nonce, totp_confirmed, totp_step FROM admin_users "
                      "WHERE :all = 1 OR id = :who OR name = :who ORDER BY name",
       use(id_or_name.empty() ? 1 : 0, "all"), use(id_or_name, "who"), into(row.user.id),
       into(row.user.name), into(role), into(row.password), into(row.user.created_ms),
       into(row.user.disabled_ms), into(row.user.password_ms), into(row.totp_nonce),
       into(totp_confirmed), into(row.totp_step));
  std::vector<AdminUserRow> rows;
  statement.execute();
  while (statement.fetch()) {
    // A role of a newer program's is the least here.
    const auto parsed = access::ParseAdminRole(role);
    row.user.role = parsed.ok() ? *parsed : access::AdminRole::kViewer;
    row.user.has_totp = totp_confirmed != 0;
    rows.push_back(row);
  }
  return rows;
}

int64_t CountOwners(soci::session& sql) {
  int64_t n = 0;
  sql << "SELECT count(*) FROM admin_users WHERE role = 'owner' AND disabled_ms = 0", into(n);
  return n;
}

void DeleteSessionsOf(soci::session& sql, const std::string& user_id,
                      const std::string& session_id) {
  sql << "DELETE FROM admin_sessions WHERE user_id = :user AND id <> :session", use(user_id),
      use(session_id);
}

Status NoSuchUser(const std::string& name) {
  return NotFound("no admin user \"" + name + "\"; `lemma admin list-users` names them");
}

Result<AdminUserRow> Manageable(soci::session& sql, const std::string& id, const Actor& by,
                                bool may_be_self) {
  const std::vector<AdminUserRow> rows = SelectAdminUsers(sql, id);
  if (rows.empty()) return NoSuchUser(id);
  const AdminUser& user = rows[0].user;
  if ((may_be_self && by.name == user.name) || access::MayManage(by.role, user.role)) {
    return rows[0];
  }
  return Status(StatusCode::kPermissionDenied,
                fmt::format("a user of role {} may not change one of role {}",
                            access::NameOf(by.role), access::NameOf(user.role)));
}

}  // namespace lemma::store
