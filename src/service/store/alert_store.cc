#include "service/store/alert_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <algorithm>

#include "common/base/random_id.h"
#include "service/access/time_text.h"
#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

void InsertFilters(soci::session& sql, const AlertRule& rule) {
  for (const UsageFilter& filter : rule.spec.filters) {
    const std::string dimension = NameOf(filter.dimension);
    for (const std::string& value : filter.values) {
      sql << "INSERT INTO alert_filters (rule_id, dimension, value) VALUES (:id, :dimension, "
             ":value)",
          use(rule.id), use(dimension), use(value);
    }
  }
}

void InsertRule(soci::session& sql, const AlertRule& rule) {
  const AlertSpec& spec = rule.spec;
  const int is_above = spec.is_above ? 1 : 0;
  sql << "INSERT INTO alert_rules (id, name, metric, is_above, threshold, window_minutes, "
         "for_minutes, webhook_url, created_ms, state, since_ms, has_value, value, delivery_error) "
         "VALUES (:id, :name, :metric, :above, :threshold, :window, :for_minutes, :url, :created, "
         "'inactive', :since, 0, 0, '')",
      use(rule.id), use(spec.name), use(spec.metric), use(is_above), use(spec.threshold),
      use(spec.window_minutes), use(spec.for_minutes), use(spec.webhook_url), use(rule.created_ms),
      use(rule.since_ms);
  InsertFilters(sql, rule);
}

// True: there was one of that id.
bool UpdateRule(soci::session& sql, const AlertRule& rule) {
  const AlertSpec& spec = rule.spec;
  const int is_above = spec.is_above ? 1 : 0;
  soci::statement update =
      (sql.prepare << "UPDATE alert_rules SET name = :name, metric = :metric, is_above = :above, "
                      "threshold = :threshold, window_minutes = :window, for_minutes = "
                      ":for_minutes, webhook_url = :url, state = 'inactive', since_ms = :since, "
                      "has_value = 0, value = 0, delivery_error = '' WHERE id = :id",
       use(spec.name), use(spec.metric), use(is_above), use(spec.threshold),
       use(spec.window_minutes), use(spec.for_minutes), use(spec.webhook_url), use(rule.since_ms),
       use(rule.id));
  update.execute(/*withDataExchange=*/true);
  if (update.get_affected_rows() == 0) return false;
  sql << "DELETE FROM alert_filters WHERE rule_id = :id", use(rule.id);
  sql << "DELETE FROM alert_deliveries WHERE rule_id = :id", use(rule.id);
  InsertFilters(sql, rule);
  return true;
}

std::vector<AlertRule> SelectRules(soci::session& sql) {
  std::vector<AlertRule> rules;
  AlertRule row;
  int is_above = 0, has_value = 0;
  double value = 0;
  std::string state;
  soci::statement statement =
      (sql.prepare << "SELECT id, name, metric, is_above, threshold, window_minutes, for_minutes, "
                      "webhook_url, created_ms, state, since_ms, has_value, value, delivery_error "
                      "FROM alert_rules ORDER BY created_ms, id",
       into(row.id), into(row.spec.name), into(row.spec.metric), into(is_above),
       into(row.spec.threshold), into(row.spec.window_minutes), into(row.spec.for_minutes),
       into(row.spec.webhook_url), into(row.created_ms), into(state), into(row.since_ms),
       into(has_value), into(value), into(row.delivery_error));
  statement.execute();
  while (statement.fetch()) {
    row.spec.is_above = is_above != 0;
    row.state = AlertStateOf(state);
    row.value = has_value != 0 ? std::optional(value) : std::nullopt;
    rules.push_back(row);
  }
  return rules;
}

void SelectFilters(soci::session& sql, std::vector<AlertRule>& rules) {
  std::string rule_id, dimension, value;
  soci::statement statement = (sql.prepare << "SELECT rule_id, dimension, value FROM alert_filters "
                                              "ORDER BY rule_id, dimension, value",
                               into(rule_id), into(dimension), into(value));
  statement.execute();
  while (statement.fetch()) {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const AlertRule& r) { return r.id == rule_id; });
    const auto known = UsageDimensionOf(dimension);
    if (rule == rules.end() || !known) continue;
    auto& filters = rule->spec.filters;
    if (filters.empty() || filters.back().dimension != *known) filters.push_back({*known, {}});
    filters.back().values.push_back(value);
  }
}

// Without the address, which may hold a secret of its receiver's.
boost::json::object DetailsOf(const AlertSpec& spec) {
  return {{"name", spec.name},
          {"metric", spec.metric},
          {"comparison", spec.is_above ? "above" : "below"},
          {"threshold", spec.threshold},
          {"window_minutes", spec.window_minutes},
          {"for_minutes", spec.for_minutes}};
}

Status NoSuchAlert(const std::string& id) { return NotFound("there is no alert " + id); }

std::vector<AlertDelivery> SelectDeliveries(soci::session& sql, const std::string& rule_id,
                                            int64_t due_ms) {
  std::vector<AlertDelivery> found;
  AlertDelivery row;
  soci::statement statement =
      (sql.prepare << "SELECT id, rule_id, url, body, n_attempts, next_ms FROM alert_deliveries d "
                      "WHERE next_ms <= :due AND (:rule = '' OR rule_id = :rule) "
                      "ORDER BY (SELECT max(n_attempts) FROM alert_deliveries "
                      "WHERE url = d.url), created_ms, id",
       use(due_ms, "due"), use(rule_id, "rule"), into(row.id), into(row.rule_id), into(row.url),
       into(row.body), into(row.n_attempts), into(row.next_ms));
  statement.execute();
  while (statement.fetch()) found.push_back(row);
  return found;
}

}  // namespace

Result<AlertRule> AlertStore::Create(const AlertSpec& spec, const Actor& by) {
  LEMMA_RETURN_IF_ERROR(CheckAlert(spec));
  AlertRule rule;
  rule.id = "alert_" + RandomHex().substr(0, 16);
  rule.spec = spec;
  rule.created_ms = rule.since_ms = clock_.NowMs();
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    int64_t n = 0;
    sql << "SELECT count(*) FROM alert_rules", into(n);
    if (n >= kAlertRulesMax) {
      return Status(StatusCode::kTooLarge,
                    fmt::format("there are {} alerts already: delete one", kAlertRulesMax));
    }
    InsertRule(sql, rule);
    AppendAudit(sql, rule.created_ms, by, "alert.create", rule.id, DetailsOf(spec));
    return Ok();
  }));
  return rule;
}

Result<AlertRule> AlertStore::Find(const std::string& id) {
  LEMMA_ASSIGN_OR_RETURN(const std::vector<AlertRule> rules, List());
  for (const AlertRule& rule : rules) {
    if (rule.id == id) return rule;
  }
  return NoSuchAlert(id);
}

Result<AlertRule> AlertStore::Replace(const std::string& id, const AlertSpec& spec,
                                      const Actor& by) {
  LEMMA_RETURN_IF_ERROR(CheckAlert(spec));
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    AlertRule rule;
    rule.id = id;
    rule.spec = spec;
    rule.since_ms = clock_.NowMs();
    if (!UpdateRule(sql, rule)) return NoSuchAlert(id);
    AppendAudit(sql, rule.since_ms, by, "alert.update", id, DetailsOf(spec));
    return Ok();
  }));
  return Find(id);
}

Result<std::vector<AlertRule>> AlertStore::List() {
  std::vector<AlertRule> rules;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    rules = SelectRules(sql);
    SelectFilters(sql, rules);
    return Ok();
  }));
  return rules;
}

Status AlertStore::Delete(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    soci::statement remove = (sql.prepare << "DELETE FROM alert_rules WHERE id = :id", use(id));
    remove.execute(/*withDataExchange=*/true);
    if (remove.get_affected_rows() == 0) return NoSuchAlert(id);
    AppendAudit(sql, clock_.NowMs(), by, "alert.delete", id);
    return Ok();
  });
}

Result<bool> AlertStore::TakeLease(const std::string& holder, int64_t lease_ms) {
  bool is_taken = false;
  LEMMA_RETURN_IF_ERROR(database_.Write(
      [&](soci::session& sql) {
        const int64_t now = clock_.NowMs(), until = now + lease_ms;
        soci::statement take =
            (sql.prepare << "INSERT INTO leases (name, holder, until_ms) VALUES ('alerts', "
                            ":holder, :until) ON CONFLICT (name) DO UPDATE SET "
                            "holder = excluded.holder, until_ms = excluded.until_ms WHERE "
                            "leases.holder = excluded.holder OR leases.until_ms <= :now",
             use(holder), use(until), use(now));
        take.execute(/*withDataExchange=*/true);
        is_taken = take.get_affected_rows() > 0;
        return Ok();
      },
      Durability::kKill));
  return is_taken;
}

Status AlertStore::Move(const AlertRule& rule, const std::optional<double>& value, AlertState state,
                        const std::optional<std::string>& body) {
  // What a round finds is found again by the next one; what is told must not be lost.
  const Durability durability = body ? Durability::kPowerFailure : Durability::kKill;
  const auto write = [&](soci::session& sql) {
    const int64_t now = clock_.NowMs();
    const int64_t since = state == rule.state ? rule.since_ms : now;
    const std::string next = NameOf(state), before = NameOf(rule.state);
    const int has_value = value ? 1 : 0;
    const double number = value.value_or(0);
    soci::statement move =
        (sql.prepare << "UPDATE alert_rules SET state = :next, since_ms = :since, "
                        "has_value = :has_value, value = :value WHERE id = :id AND "
                        "state = :before AND since_ms = :since_before",
         use(next), use(since), use(has_value), use(number), use(rule.id), use(before),
         use(rule.since_ms));
    move.execute(/*withDataExchange=*/true);
    if (move.get_affected_rows() == 0 || !body) return Ok();
    // A receiver must end with the newest state, so an older one never follows it; and what a rule
    // leaves behind is one delivery, however often it changes.
    sql << "DELETE FROM alert_deliveries WHERE rule_id = :rule", use(rule.id);
    const std::string id = RandomHex();
    sql << "INSERT INTO alert_deliveries (id, rule_id, url, body, n_attempts, next_ms, created_ms) "
           "VALUES (:id, :rule, :url, :body, 0, :next, :created)",
        use(id), use(rule.id), use(rule.spec.webhook_url), use(*body), use(now), use(now);
    return Ok();
  };
  return database_.Write(write, durability);
}

Result<std::vector<AlertDelivery>> AlertStore::Due() {
  std::vector<AlertDelivery> due;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    due = SelectDeliveries(sql, /*rule_id=*/"", clock_.NowMs());
    return Ok();
  }));
  return due;
}

Result<std::vector<AlertDelivery>> AlertStore::Waiting(const std::string& rule_id) {
  std::vector<AlertDelivery> waiting;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    waiting = SelectDeliveries(sql, rule_id, access::kTimeMsMax);
    return Ok();
  }));
  return waiting;
}

Status AlertStore::Delivered(const AlertDelivery& delivery) {
  return Failed(delivery, /*error=*/"", /*next_ms=*/0);
}

Status AlertStore::Failed(const AlertDelivery& delivery, const std::string& error,
                          int64_t next_ms) {
  return database_.Write([&](soci::session& sql) {
    sql << "UPDATE alert_rules SET delivery_error = :error WHERE id = :id", use(error),
        use(delivery.rule_id);
    if (next_ms > 0) {
      sql << "UPDATE alert_deliveries SET n_attempts = n_attempts + 1, next_ms = :next WHERE "
             "id = :id",
          use(next_ms), use(delivery.id);
    } else {
      sql << "DELETE FROM alert_deliveries WHERE id = :id", use(delivery.id);
    }
    return Ok();
  });
}

}  // namespace lemma::store
