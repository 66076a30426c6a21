#include "service/store/limit_rows.h"

#include <algorithm>

namespace lemma::store {
namespace {

using access::Claim;
using access::KeyUsage;
using soci::into;
using soci::use;

// No request takes as long: then its row is of use to nobody.
constexpr int64_t kRequestMsMax = 24 * 3600 * int64_t{1000};

void AddDayTokens(soci::session& sql, const std::string& key_id, int64_t day, int64_t more) {
  const int64_t tokens = std::max<int64_t>(0, SelectDayTokens(sql, key_id, day) + more);
  sql << "INSERT INTO day_tokens (key_id, day, tokens) VALUES (:key, :day, :tokens) "
         "ON CONFLICT (key_id, day) DO UPDATE SET tokens = excluded.tokens",
      use(key_id), use(day), use(tokens);
}

KeyUsage SelectBuckets(soci::session& sql, const std::string& key_id) {
  KeyUsage usage;
  sql << "SELECT requests_debt, requests_at_ms, tokens_debt, tokens_at_ms FROM limit_buckets "
         "WHERE key_id = :key",
      use(key_id), into(usage.requests.debt), into(usage.requests.at_ms), into(usage.tokens.debt),
      into(usage.tokens.at_ms);
  return usage;
}

void UpdateBuckets(soci::session& sql, const std::string& key_id, const KeyUsage& usage) {
  sql << "UPDATE limit_buckets SET requests_debt = :rd, requests_at_ms = :ra, tokens_debt = :td, "
         "tokens_at_ms = :ta WHERE key_id = :key",
      use(usage.requests.debt), use(usage.requests.at_ms), use(usage.tokens.debt),
      use(usage.tokens.at_ms), use(key_id);
}

void Charge(soci::session& sql, const std::string& key_id, const Claim& held, int64_t n_used,
            int64_t now_ms) {
  KeyUsage usage = SelectBuckets(sql, key_id);
  access::Settle(usage, held, n_used, now_ms);
  UpdateBuckets(sql, key_id, usage);
  AddDayTokens(sql, key_id, access::DayOf(held.at_ms), n_used - held.n_tokens);
}

struct ExpiredRow {
  std::string id;
  Claim claim;
  int64_t lease_until_ms = 0;  // 0: it was given back before
};

// The reservations of this key whose gateways are gone.
std::vector<ExpiredRow> SelectExpired(soci::session& sql, const std::string& key_id,
                                      int64_t now_ms) {
  std::vector<ExpiredRow> expired;
  ExpiredRow row;
  soci::statement statement =
      (sql.prepare << "SELECT id, tokens, tokens_per_minute, admitted_ms, lease_until_ms "
                      "FROM reservations WHERE key_id = :key AND lease_until_ms < :now",
       use(key_id), use(now_ms), into(row.id), into(row.claim.n_tokens),
       into(row.claim.limits.tokens_per_minute), into(row.claim.at_ms), into(row.lease_until_ms));
  statement.execute();
  while (statement.fetch()) expired.push_back(row);
  return expired;
}

// The row stays: should its request go on all the same, it says that nothing was charged yet.
void GiveBack(soci::session& sql, const std::string& key_id, const ExpiredRow& row,
              int64_t now_ms) {
  soci::statement update =
      (sql.prepare << "UPDATE reservations SET tokens = 0, lease_until_ms = 0 "
                      "WHERE id = :id AND lease_until_ms > 0 AND lease_until_ms < :now",
       use(row.id), use(now_ms));
  update.execute(/*withDataExchange=*/true);
  if (update.get_affected_rows() == 0) return;  // it was renewed meanwhile
  Charge(sql, key_id, row.claim, /*n_used=*/0, now_ms);
}

}  // namespace

void LockKey(soci::session& sql, const std::string& key_id) {
  // A conflicting row is locked even where nothing changes in it.
  sql << "INSERT INTO limit_buckets (key_id, requests_debt, requests_at_ms, tokens_debt, "
         "tokens_at_ms) VALUES (:key, 0, 0, 0, 0) "
         "ON CONFLICT (key_id) DO UPDATE SET key_id = excluded.key_id",
      use(key_id);
}

KeyUsage SelectUsage(soci::session& sql, const std::string& key_id, int64_t now_ms) {
  for (const ExpiredRow& row : SelectExpired(sql, key_id, now_ms)) {
    if (row.lease_until_ms > 0) {
      GiveBack(sql, key_id, row, now_ms);
    } else if (row.claim.at_ms < now_ms - kRequestMsMax) {
      sql << "DELETE FROM reservations WHERE id = :id", use(row.id);
    }
  }
  KeyUsage usage = SelectBuckets(sql, key_id);
  usage.day = access::DayOf(now_ms);
  usage.day_tokens = SelectDayTokens(sql, key_id, usage.day);
  sql << "SELECT count(*) FROM reservations WHERE key_id = :key AND lease_until_ms > 0",
      use(key_id), into(usage.n_in_flight);
  return usage;
}

void SaveUsage(soci::session& sql, const std::string& key_id, const KeyUsage& usage) {
  UpdateBuckets(sql, key_id, usage);
  AddDayTokens(sql, key_id, usage.day, usage.day_tokens - SelectDayTokens(sql, key_id, usage.day));
}

void InsertReservation(soci::session& sql, const std::string& id, const std::string& key_id,
                       const std::string& holder, const Claim& claim, int64_t lease_until_ms) {
  sql << "INSERT INTO reservations (id, key_id, holder, tokens, tokens_per_minute, admitted_ms, "
         "lease_until_ms) VALUES (:id, :key, :holder, :tokens, :tpm, :admitted, :lease)",
      use(id), use(key_id), use(holder), use(claim.n_tokens), use(claim.limits.tokens_per_minute),
      use(claim.at_ms), use(lease_until_ms);
}

void SettleReservation(soci::session& sql, const std::string& id, const std::string& key_id,
                       const Claim& claim, int64_t n_used, int64_t now_ms) {
  const auto removes = [&](const char* statement) {
    soci::statement remove = (sql.prepare << statement, use(id));
    remove.execute(/*withDataExchange=*/true);
    return remove.get_affected_rows() > 0;
  };
  Claim held = claim;
  if (!removes("DELETE FROM reservations WHERE id = :id AND lease_until_ms > 0")) {
    if (!removes("DELETE FROM reservations WHERE id = :id")) return;
    held.n_tokens = 0;
  }
  Charge(sql, key_id, held, n_used, now_ms);
}

std::vector<HeldRow> SelectHeld(soci::session& sql, const std::string& holder) {
  std::vector<HeldRow> rows;
  HeldRow row;
  soci::statement statement =
      (sql.prepare << "SELECT id, key_id, tokens, tokens_per_minute, admitted_ms "
                      "FROM reservations WHERE holder = :holder",
       use(holder), into(row.id), into(row.key_id), into(row.claim.n_tokens),
       into(row.claim.limits.tokens_per_minute), into(row.claim.at_ms));
  statement.execute();
  while (statement.fetch()) rows.push_back(row);
  return rows;
}

void RenewHeld(soci::session& sql, const std::string& holder, int64_t lease_until_ms) {
  sql << "UPDATE reservations SET lease_until_ms = :until "
         "WHERE holder = :holder AND lease_until_ms > 0",
      use(lease_until_ms), use(holder);
}

int64_t SelectDayTokens(soci::session& sql, const std::string& key_id, int64_t day) {
  int64_t tokens = 0;
  sql << "SELECT tokens FROM day_tokens WHERE key_id = :key AND day = :day", use(key_id), use(day),
      into(tokens);
  return tokens;
}

}  // namespace lemma::store
