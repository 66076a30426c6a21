#include "service/store/gate_store.h"

#include <soci/soci.h>

#include "service/store/audit_rows.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

Status CheckGate(soci::session& sql, const ProfileGate& gate) {
  if (!(gate.tolerance >= 0 && gate.tolerance <= 1)) {
    return InvalidArgument("must be from 0 to 1", "tolerance");
  }
  int64_t n = 0;
  sql << "SELECT count(*) FROM problem_sets WHERE id = :id", use(gate.set_id), into(n);
  return n > 0 ? Ok() : InvalidArgument("there is no set of problems " + gate.set_id, "set");
}

}  // namespace

Result<std::optional<ProfileGate>> GateStore::Find(const std::string& profile) {
  std::optional<ProfileGate> gate;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    ProfileGate row;
    sql << "SELECT set_id, tolerance FROM profile_gates WHERE profile = :profile", use(profile),
        into(row.set_id), into(row.tolerance);
    gate = sql.got_data() ? std::optional(row) : std::nullopt;
    return Ok();
  }));
  return gate;
}

Status GateStore::Set(const std::string& profile, const std::optional<ProfileGate>& gate,
                      const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    sql << "DELETE FROM profile_gates WHERE profile = :profile", use(profile);
    if (!gate) {
      AppendAudit(sql, clock_.NowMs(), by, "profile.remove_gate", profile);
      return Ok();
    }
    LEMMA_RETURN_IF_ERROR(CheckGate(sql, *gate));
    sql << "INSERT INTO profile_gates (profile, set_id, tolerance) VALUES (:profile, :set, :loss)",
        use(profile), use(gate->set_id), use(gate->tolerance);
    AppendAudit(sql, clock_.NowMs(), by, "profile.set_gate", profile,
                {{"set", gate->set_id}, {"tolerance", gate->tolerance}});
    return Ok();
  });
}

}  // namespace lemma::store
