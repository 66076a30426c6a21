#include "service/store/audit_log.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <limits>

#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr const char* kColumns =
    "SELECT number, at_ms, actor, address, action, target, details, hash FROM audit_log ";

Status Damaged(int64_t number, const char* what) {
  return DataLoss(fmt::format("the audit log was tampered with: entry {} {}", number, what));
}

}  // namespace

Status AuditLog::Append(const Actor& by, const std::string& action, const std::string& target,
                        const boost::json::object& details) {
  return database_.Write([&](soci::session& sql) {
    AppendAudit(sql, clock_.NowMs(), by, action, target, details);
    return Ok();
  });
}

Result<std::vector<AuditEntry>> AuditLog::Query(const AuditFilter& filter) {
  constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
  const int64_t before = filter.before > 0 ? filter.before : kAny;
  const int64_t until_ms = filter.until_ms > 0 ? filter.until_ms : kAny;
  std::vector<AuditEntry> entries;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    entries.clear();
    AuditEntry row;
    soci::statement statement =
        (sql.prepare << std::string(kColumns) +
                            "WHERE number < :before AND at_ms >= :from AND at_ms < :until AND "
                            "(:actor = '' OR actor = :actor) AND "
                            "(:action = '' OR action = :action) AND "
                            "(:target = '' OR target = :target) ORDER BY number DESC LIMIT :limit",
         use(before, "before"), use(filter.from_ms, "from"), use(until_ms, "until"),
         use(filter.actor, "actor"), use(filter.action, "action"), use(filter.target, "target"),
         use(filter.limit, "limit"), into(row.number), into(row.at_ms), into(row.actor.name),
         into(row.actor.address), into(row.action), into(row.target), into(row.details),
         into(row.hash));
    statement.execute();
    while (statement.fetch()) entries.push_back(row);
    return Ok();
  }));
  return entries;
}

Result<AuditHead> AuditLog::Verify(const AuditHead& known) {
  AuditHead head;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    head = {};
    // Before the rows: what is appended meanwhile may be read too, but nothing may be missing.
    int64_t n_entries = 0;
    sql << "SELECT value FROM change_counters WHERE name = 'audit'", into(n_entries);
    AuditEntry row;
    soci::statement statement =
        (sql.prepare << std::string(kColumns) + "ORDER BY number", into(row.number),
         into(row.at_ms), into(row.actor.name), into(row.actor.address), into(row.action),
         into(row.target), into(row.details), into(row.hash));
    statement.execute();
    while (statement.fetch()) {
      if (row.number != head.number + 1) return Damaged(head.number + 1, "is missing");
      if (row.hash != AuditHash(row, head.hash)) {
        return Damaged(row.number, "does not follow from the one before it");
      }
      head = {row.number, row.hash};
      if (row.number == known.number && row.hash != known.hash) {
        return Damaged(row.number, "is another one than was noted");
      }
    }
    if (head.number < n_entries) return Damaged(head.number + 1, "is missing");
    if (head.number < known.number) return Damaged(known.number, "is missing");
    return Ok();
  }));
  return head;
}

}  // namespace lemma::store
