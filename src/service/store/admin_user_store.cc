#include "service/store/admin_user_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <optional>

#include "service/access/key_text.h"
#include "service/access/password.h"
#include "service/access/totp.h"
#include "service/store/admin_user_rows.h"
#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using access::AdminRole;
using soci::use;

constexpr size_t kRecoveryCodeChars = 16;  // 95 bits

Status WrongSignIn(const std::string& field = "") {
  return Status(StatusCode::kUnauthenticated, "the name, the password or the code is wrong", field);
}

Status CheckOwnerLeft(soci::session& sql) {
  if (CountOwners(sql) > 0) return Ok();
  return InvalidArgument("somebody must stay owner: make another user owner first", "role");
}

std::vector<std::string> MakeRecoveryCodes() {
  std::vector<std::string> codes;
  for (size_t i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(access::RandomBase62(kRecoveryCodeChars));
  }
  return codes;
}

}  // namespace

// HMAC-SHA-256 under the server's secret, as many bytes as SHA-1 takes.
std::string AdminUserStore::TotpSecret(const std::string& id, const std::string& nonce) const {
  const std::string hex = secret_.Hash("totp " + id + " " + nonce);
  std::string bytes;
  for (size_t i = 0; i < access::kTotpSecretBytes; ++i) {
    bytes += static_cast<char>(std::stoi(hex.substr(2 * i, 2), nullptr, /*base=*/16));
  }
  return bytes;
}

std::string AdminUserStore::RecoveryHash(const std::string& id, const std::string& code) const {
  return secret_.Hash("recovery " + id + " " + code);
}

Result<AdminUser> AdminUserStore::Create(const std::string& name, AdminRole role,
                                         std::string_view password, const Actor& by) {
  LEMMA_RETURN_IF_ERROR(access::CheckUserName(name));
  LEMMA_RETURN_IF_ERROR(access::CheckPassword(password, name));
  if (!access::MayManage(by.role, role)) {
    return Status(StatusCode::kPermissionDenied,
                  fmt::format("a user of role {} may not make one of role {}",
                              access::NameOf(by.role), access::NameOf(role)));
  }
  AdminUserRow row;
  row.user.id = "user_" + access::RandomBase62(12);
  row.user.name = name;
  row.user.role = role;
  row.user.created_ms = row.user.password_ms = clock_.NowMs();
  LEMMA_ASSIGN_OR_RETURN(row.password, access::HashPassword(password));
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    AppendAudit(sql, row.user.created_ms, by, "user.create", row.user.id,
                {{"name", name}, {"role", access::NameOf(role)}});
    if (!SelectAdminUsers(sql, name).empty()) {
      return InvalidArgument("\"" + name + "\" is taken", "name");
    }
    InsertAdminUser(sql, row);
    return Ok();
  }));
  return row.user;
}

Result<std::vector<AdminUser>> AdminUserStore::List() {
  std::vector<AdminUser> users;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    users.clear();
    for (AdminUserRow& row : SelectAdminUsers(sql)) users.push_back(std::move(row.user));
    return Ok();
  }));
  return users;
}

Result<AdminUser> AdminUserStore::Find(const std::string& id_or_name) {
  AdminUser user;
  if (id_or_name.empty()) return NoSuchUser(id_or_name);
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    const std::vector<AdminUserRow> rows = SelectAdminUsers(sql, id_or_name);
    if (rows.empty()) return NoSuchUser(id_or_name);
    user = rows[0].user;
    return Ok();
  }));
  return user;
}

Status AdminUserStore::SetRole(const std::string& id, AdminRole role, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    const std::string name(access::NameOf(role));
    AppendAudit(sql, clock_.NowMs(), by, "user.set_role", id, {{"role", name}});
    LEMMA_ASSIGN_OR_RETURN(const AdminUserRow before, Manageable(sql, id, by));
    if (!access::MayManage(by.role, role)) {
      return Status(StatusCode::kPermissionDenied, "only an owner may give the role " + name);
    }
    sql << "UPDATE admin_users SET role = :role WHERE id = :id", use(name), use(id);
    return before.user.role == AdminRole::kOwner ? CheckOwnerLeft(sql) : Ok();
  });
}

Status AdminUserStore::SetDisabled(const std::string& id, bool disabled, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    const int64_t now_ms = clock_.NowMs();
    AppendAudit(sql, now_ms, by, disabled ? "user.disable" : "user.enable", id);
    LEMMA_ASSIGN_OR_RETURN(const AdminUserRow before, Manageable(sql, id, by));
    const int64_t disabled_ms = disabled ? now_ms : 0;
    sql << "UPDATE admin_users SET disabled_ms = :when WHERE id = :id", use(disabled_ms), use(id);
    if (disabled) DeleteSessionsOf(sql, id);
    return before.user.role == AdminRole::kOwner ? CheckOwnerLeft(sql) : Ok();
  });
}

Status AdminUserStore::SetPassword(const std::string& id, std::string_view password,
                                   const Actor& by, const std::string& session_id) {
  LEMMA_ASSIGN_OR_RETURN(const AdminUser user, Find(id));
  LEMMA_RETURN_IF_ERROR(access::CheckPassword(password, user.name));
  LEMMA_ASSIGN_OR_RETURN(const std::string hash, access::HashPassword(password));
  return database_.Write([&](soci::session& sql) {
    const int64_t now_ms = clock_.NowMs();
    AppendAudit(sql, now_ms, by, "user.set_password", id);
    LEMMA_RETURN_IF_ERROR(Manageable(sql, id, by, /*may_be_self=*/true).status());
    sql << "UPDATE admin_users SET password = :hash, password_ms = :now WHERE id = :id", use(hash),
        use(now_ms), use(id);
    DeleteSessionsOf(sql, id, session_id);
    return Ok();
  });
}

Result<AdminUser> AdminUserStore::CheckSignIn(const std::string& name, std::string_view password,
                                              const std::string& code, const std::string& address) {
  std::optional<AdminUserRow> row;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    row.reset();
    std::vector<AdminUserRow> rows = SelectAdminUsers(sql, name);
    // An id is no name here; "" would have found all.
    if (!rows.empty() && rows[0].user.name == name) row = std::move(rows[0]);
    return Ok();
  }));
  bool is_right = access::IsPassword(row ? row->password : "", password);
  is_right = is_right && row->user.disabled_ms == 0;
  const bool needs_code = is_right && row->user.has_totp;
  const Actor nobody = {"", address, AdminRole::kViewer};
  AuditLog audit(database_, clock_);
  if (needs_code && code.empty()) {
    // The first half of any such sign-in, and what shows that somebody has found a password.
    LEMMA_RETURN_IF_ERROR(audit.Append(nobody, "sign_in.totp_required", row->user.id));
    return Status(StatusCode::kUnauthenticated, "a code of the authenticator app is needed",
                  "code");
  }
  if (needs_code) {
    LEMMA_ASSIGN_OR_RETURN(is_right, UseCode(row->user.id, code));
  }
  if (is_right) return row->user;
  LEMMA_RETURN_IF_ERROR(audit.Append(nobody, "sign_in.refused", row ? row->user.id : ""));
  return WrongSignIn(needs_code ? "code" : "");
}

Status AdminUserStore::CheckPasswordOf(const std::string& id, std::string_view password) {
  std::string hash;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    const std::vector<AdminUserRow> rows = SelectAdminUsers(sql, id);
    if (rows.empty()) return NoSuchUser(id);
    hash = rows[0].password;
    return Ok();
  }));
  if (access::IsPassword(hash, password)) return Ok();
  return Status(StatusCode::kPermissionDenied, "is not your password", "password");
}

Result<bool> AdminUserStore::UseCode(const std::string& id, const std::string& code) {
  bool is_used = false;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    is_used = false;
    const std::vector<AdminUserRow> rows = SelectAdminUsers(sql, id);
    if (rows.empty()) return Ok();
    const std::string totp_secret = TotpSecret(id, rows[0].totp_nonce);
    if (const auto step = access::MatchTotp(totp_secret, code, clock_.NowMs(), rows[0].totp_step)) {
      // Of two that come with the same code at once the second finds the step taken.
      soci::statement take = (sql.prepare << "UPDATE admin_users SET totp_step = :step "
                                             "WHERE id = :id AND totp_step < :step",
                              use(*step, "step"), use(id, "id"));
      take.execute(true);
      is_used = take.get_affected_rows() == 1;
      return Ok();
    }
    const std::string hash = RecoveryHash(id, code);
    soci::statement take =
        (sql.prepare << "DELETE FROM admin_recovery_codes WHERE user_id = :id AND hash = :hash",
         use(id), use(hash));
    take.execute(true);
    is_used = take.get_affected_rows() == 1;
    return Ok();
  }));
  return is_used;
}

Result<TotpEnrolment> AdminUserStore::BeginTotp(const std::string& id, const Actor& by) {
  const std::string nonce = access::RandomBase62(22);
  AdminUser user;
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, "totp.begin", id);
    LEMMA_ASSIGN_OR_RETURN(const AdminUserRow row, Manageable(sql, id, by, /*may_be_self=*/true));
    if (row.user.has_totp) {
      return InvalidArgument("a second factor is there already: remove that one first");
    }
    user = row.user;
    sql << "UPDATE admin_users SET totp_nonce = :nonce, totp_step = 0 WHERE id = :id", use(nonce),
        use(id);
    return Ok();
  }));
  const std::string secret = TotpSecret(id, nonce);
  return TotpEnrolment{access::Base32(secret), access::OtpauthUrl(secret, user.name)};
}

Result<std::vector<std::string>> AdminUserStore::ConfirmTotp(const std::string& id,
                                                             const std::string& code,
                                                             const Actor& by) {
  const std::vector<std::string> codes = MakeRecoveryCodes();
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, "totp.confirm", id);
    LEMMA_ASSIGN_OR_RETURN(const AdminUserRow row, Manageable(sql, id, by, /*may_be_self=*/true));
    if (row.user.has_totp || row.totp_nonce.empty()) {
      return InvalidArgument("there is no second factor that waits to be confirmed");
    }
    const auto step = access::MatchTotp(TotpSecret(id, row.totp_nonce), code, clock_.NowMs(), 0);
    if (!step) {
      return InvalidArgument("is not what the app shows now; is this machine's clock right?",
                             "code");
    }
    sql << "UPDATE admin_users SET totp_confirmed = 1, totp_step = :step WHERE id = :id",
        use(*step), use(id);
    for (const std::string& recovery : codes) {
      const std::string hash = RecoveryHash(id, recovery);
      sql << "INSERT INTO admin_recovery_codes (user_id, hash) VALUES (:id, :hash)", use(id),
          use(hash);
    }
    return Ok();
  }));
  return codes;
}

Status AdminUserStore::RemoveTotp(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, "totp.remove", id);
    LEMMA_RETURN_IF_ERROR(Manageable(sql, id, by, /*may_be_self=*/true).status());
    sql << "UPDATE admin_users SET totp_nonce = '', totp_confirmed = 0 WHERE id = :id", use(id);
    sql << "DELETE FROM admin_recovery_codes WHERE user_id = :id", use(id);
    return Ok();
  });
}

}  // namespace lemma::store
