// Gates of profiles in the database: which set of problems a version must have done no worse on
// before it may be in production. What "worse" means, this room does not know
// (evaluations/promotion_gate.h).
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

struct ProfileGate {
  std::string set_id;
  double tolerance = 0;  // a loss of pass@1 that is accepted, 0 to 1
  bool operator==(const ProfileGate&) const = default;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What changes is an
// entry of the audit log, of who is named as `by`.
class GateStore {
 public:
  // Both outlive it.
  GateStore(Database& database, const UnixClock& clock) : database_(database), clock_(clock) {}

  // nullopt: the profile has none.
  Result<std::optional<ProfileGate>> Find(const std::string& profile);
  // In place of the one there is; nullopt: none any more. kInvalidArgument with the field: no such
  // set, a tolerance out of range.
  Status Set(const std::string& profile, const std::optional<ProfileGate>& gate, const Actor& by);

 private:
  Database& database_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
