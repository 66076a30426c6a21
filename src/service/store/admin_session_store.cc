#include "service/store/admin_session_store.h"

#include <soci/soci.h>

#include "service/access/key_text.h"
#include "service/store/admin_user_rows.h"
#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr size_t kTokenChars = 43;  // 256 bits
// How often a session's use is written down.
constexpr int64_t kSeenMs = 60'000;

Status NotSignedIn() {
  return Status(StatusCode::kUnauthenticated, "you are not signed in, or your session has ended");
}

bool HasEnded(const AdminSession& session, int64_t now_ms) {
  return session.expires_ms <= now_ms || session.seen_ms + kSessionIdleMsMax <= now_ms;
}

std::string CsrfToken(const access::KeySecret& secret, std::string_view token) {
  return secret.Hash("csrf " + std::string(token));
}

// Where hash or user_id is the text.
std::vector<AdminSession> SelectSessions(soci::session& sql, const std::string& hash,
                                         const std::string& user_id) {
  AdminSession row;
  soci::statement statement =
      (sql.prepare << "SELECT id, user_id, address, created_ms, seen_ms, expires_ms "
                      "FROM admin_sessions WHERE hash = :hash OR user_id = :user "
                      "ORDER BY created_ms DESC, id",
       use(hash), use(user_id), into(row.id), into(row.user_id), into(row.address),
       into(row.created_ms), into(row.seen_ms), into(row.expires_ms));
  std::vector<AdminSession> sessions;
  statement.execute();
  while (statement.fetch()) sessions.push_back(row);
  return sessions;
}

// That the password which `user` was proved by still opens the door.
Status CheckUnchanged(soci::session& sql, const AdminUser& user) {
  const std::vector<AdminUserRow> rows = SelectAdminUsers(sql, user.id);
  if (!rows.empty() && rows[0].user.password_ms == user.password_ms &&
      rows[0].user.disabled_ms == 0) {
    return Ok();
  }
  return Status(StatusCode::kUnauthenticated,
                "the password was changed or the user disabled meanwhile: sign in again");
}

}  // namespace

std::string AdminSessionStore::HashOf(std::string_view token) const {
  return secret_.Hash("session " + std::string(token));
}

Result<NewAdminSession> AdminSessionStore::Begin(const AdminUser& user,
                                                 const std::string& address) {
  NewAdminSession made;
  made.token = access::RandomBase62(kTokenChars);
  made.csrf_token = CsrfToken(secret_, made.token);
  const int64_t now_ms = clock_.NowMs();
  made.session = {"session_" + access::RandomBase62(12),
                  user.id,
                  address,
                  now_ms,
                  now_ms,
                  now_ms + kSessionMsMax};
  const std::string hash = HashOf(made.token);
  const int64_t idle_ms = now_ms - kSessionIdleMsMax;
  const Status begun = database_.Write([&](soci::session& sql) {
    AppendAudit(sql, now_ms, {user.name, address, user.role}, "sign_in", user.id);
    // Behind the audit log's lock, which whoever changes a user has as well.
    LEMMA_RETURN_IF_ERROR(CheckUnchanged(sql, user));
    sql << "DELETE FROM admin_sessions WHERE expires_ms <= :now OR seen_ms <= :idle", use(now_ms),
        use(idle_ms);
    sql << "INSERT INTO admin_sessions (id, hash, user_id, address, created_ms, seen_ms, "
           "expires_ms) VALUES (:id, :hash, :user, :address, :now, :now, :expires)",
        use(made.session.id, "id"), use(hash, "hash"), use(user.id, "user"),
        use(address, "address"), use(now_ms, "now"), use(made.session.expires_ms, "expires");
    return Ok();
  });
  if (begun.code() == StatusCode::kUnauthenticated) {
    LEMMA_RETURN_IF_ERROR(
        AuditLog(database_, clock_)
            .Append({"", address, access::AdminRole::kViewer}, "sign_in.refused", user.id));
  }
  LEMMA_RETURN_IF_ERROR(begun);
  return made;
}

Result<SignedIn> AdminSessionStore::Find(std::string_view token) {
  SignedIn found;
  const std::string hash = HashOf(token);
  const int64_t now_ms = clock_.NowMs();
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    const std::vector<AdminSession> sessions = SelectSessions(sql, hash, "");
    if (sessions.empty() || HasEnded(sessions[0], now_ms)) return NotSignedIn();
    const std::vector<AdminUserRow> users = SelectAdminUsers(sql, sessions[0].user_id);
    if (users.empty() || users[0].user.disabled_ms != 0) return NotSignedIn();
    found = {users[0].user, sessions[0], CsrfToken(secret_, token)};
    return Ok();
  }));
  if (found.session.seen_ms + kSeenMs > now_ms) return found;
  LEMMA_RETURN_IF_ERROR(database_.Write(
      [&](soci::session& sql) {
        sql << "UPDATE admin_sessions SET seen_ms = :now WHERE id = :id", use(now_ms),
            use(found.session.id);
        return Ok();
      },
      Durability::kKill));
  return found;
}

Result<std::vector<AdminSession>> AdminSessionStore::ListOf(const std::string& user_id) {
  std::vector<AdminSession> sessions;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    sessions = SelectSessions(sql, "", user_id);
    std::erase_if(sessions, [now_ms = clock_.NowMs()](const AdminSession& session) {
      return HasEnded(session, now_ms);
    });
    return Ok();
  }));
  return sessions;
}

Status AdminSessionStore::End(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, "sign_out", id);
    sql << "DELETE FROM admin_sessions WHERE id = :id", use(id);
    return Ok();
  });
}

Status AdminSessionStore::EndAllOf(const std::string& user_id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, "user.sign_out", user_id);
    LEMMA_RETURN_IF_ERROR(Manageable(sql, user_id, by, /*may_be_self=*/true).status());
    DeleteSessionsOf(sql, user_id);
    return Ok();
  });
}

}  // namespace lemma::store
