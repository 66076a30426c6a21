#include "service/store/audit_log.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <limits>

#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

constexpr int kPageRows = 1000;  // PostgreSQL's client holds all that a query finds
constexpr const char* kColumns =
    "SELECT number, at_ms, actor, address, action, target, details, hash FROM audit_log ";

Status Damaged(int64_t number, const char* what) {
  return DataLoss(fmt::format("the audit log was tampered with: entry {} {}", number, what));
}

// Those after `number`, a page of them at most.
std::vector<AuditEntry> SelectPage(soci::session& sql, int64_t number) {
  AuditEntry row;
  soci::statement statement =
      (sql.prepare << fmt::format("{}WHERE number > :number ORDER BY number LIMIT {}", kColumns,
                                  kPageRows),
       use(number), into(row.number), into(row.at_ms), into(row.actor.name),
       into(row.actor.address), into(row.action), into(row.target), into(row.details),
       into(row.hash));
  std::vector<AuditEntry> page;
  statement.execute();
  while (statement.fetch()) page.push_back(row);
  return page;
}

// Of the entry that comes after `head`, which becomes the head.
Status CheckNext(const AuditEntry& entry, const AuditHead& known, AuditHead& head) {
  if (entry.number != head.number + 1) return Damaged(head.number + 1, "is missing");
  if (entry.hash != AuditHash(entry, head.hash)) {
    return Damaged(entry.number, "does not follow from the one before it");
  }
  if (entry.number == known.number && entry.hash != known.hash) {
    return Damaged(entry.number, "is another one than was noted");
  }
  head = {entry.number, entry.hash};
  return Ok();
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
    // From below the first one: what was put before it is found as well.
    constexpr int64_t kBelowAll = std::numeric_limits<int64_t>::min();
    for (auto page = SelectPage(sql, kBelowAll); !page.empty();
         page = SelectPage(sql, head.number)) {
      for (const AuditEntry& entry : page) LEMMA_RETURN_IF_ERROR(CheckNext(entry, known, head));
    }
    if (head.number < n_entries) return Damaged(head.number + 1, "is missing");
    if (head.number < known.number) return Damaged(known.number, "is missing");
    return Ok();
  }));
  return head;
}

}  // namespace lemma::store
