// Alerts in the database: rules, how they stand, and the webhooks that are still to be delivered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/alert_rule.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

inline constexpr int64_t kAlertRulesMax = 200;

struct AlertDelivery {
  std::string id;
  std::string rule_id;
  std::string url;
  std::string body;
  int64_t n_attempts = 0;  // that have failed
  int64_t next_ms = 0;     // Unix time: when it is tried next
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What people change
// is an entry of the audit log, of who is named as `by`.
class AlertStore {
 public:
  // Both outlive it.
  AlertStore(Database& database, const UnixClock& clock) : database_(database), clock_(clock) {}

  // Errors: those of CheckAlert; kTooLarge: there are kAlertRulesMax.
  Result<AlertRule> Create(const AlertSpec& spec, const Actor& by = {});
  Result<std::vector<AlertRule>> List();          // by time of creation
  Result<AlertRule> Find(const std::string& id);  // kNotFound
  // Another rule under the same id, inactive; what was still to be delivered of the old one is
  // dropped. Errors: those of CheckAlert; kNotFound.
  Result<AlertRule> Replace(const std::string& id, const AlertSpec& spec, const Actor& by = {});
  // With what was still to be delivered of it. kNotFound.
  Status Delete(const std::string& id, const Actor& by = {});

  // Of the processes that ask, one is told true: who has been told it before and asks again within
  // `lease_ms`, else the first.
  Result<bool> TakeLease(const std::string& holder, int64_t lease_ms);

  // The rule has this value now, and moves to `state`, with a delivery of `body` where there is
  // one, in place of what was still to be delivered of it. Nothing is done where the rule is no
  // longer as `rule` says: another process was faster.
  Status Move(const AlertRule& rule, const std::optional<double>& value, AlertState state,
              const std::optional<std::string>& body);

  // What is due, one of a rule at most: first that for receivers that have failed least often, so
  // that those which never answer hold up each other alone; the oldest first of these.
  Result<std::vector<AlertDelivery>> Due();
  // What has not arrived of one rule, due or not.
  Result<std::vector<AlertDelivery>> Waiting(const std::string& rule_id);
  Status Delivered(const AlertDelivery& delivery);
  // It is due again at `next_ms`; 0: it is given up.
  Status Failed(const AlertDelivery& delivery, const std::string& error, int64_t next_ms);

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
