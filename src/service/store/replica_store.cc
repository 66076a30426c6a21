#include "service/store/replica_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include "common/base/random_id.h"
#include "service/access/sealed_text.h"
#include "service/store/audit_rows.h"
#include "service/store/change_counter.h"

namespace lemma::store {
namespace {

using soci::into;
using soci::use;

// Tells every process that has a pool; first in a transaction, so that writers come one after the
// other.
void CountChange(soci::session& sql) { AdvanceCounter(sql, "replicas"); }

int64_t SelectChange(soci::session& sql) {
  int64_t change = 0;
  sql << "SELECT value FROM change_counters WHERE name = 'replicas'", into(change);
  return change;
}

// What a key is sealed for: in another replica's row it is of no use.
std::string PurposeOf(const std::string& id) { return "replica " + id; }

Status NoSuchReplica(const std::string& id) { return NotFound("there is no replica " + id); }

Status CheckRoom(soci::session& sql, const std::string& name) {
  int64_t n = 0, n_same = 0;
  sql << "SELECT count(*) FROM replicas", into(n);
  if (n >= kReplicasMax) {
    return Status(StatusCode::kTooLarge,
                  fmt::format("there are {} replicas already: delete one", kReplicasMax));
  }
  sql << "SELECT count(*) FROM replicas WHERE name = :name", use(name), into(n_same);
  return n_same == 0 ? Ok() : InvalidArgument("a replica has the name \"" + name + "\"", "spec");
}

// Each with its key still sealed.
std::vector<StoredReplica> SelectAll(soci::session& sql) {
  std::vector<StoredReplica> all;
  StoredReplica row;
  int is_draining = 0;
  soci::statement statement =
      (sql.prepare << "SELECT id, name, spec, sealed_key, is_draining, created_ms FROM replicas "
                      "ORDER BY created_ms, id",
       into(row.id), into(row.name), into(row.spec), into(row.key), into(is_draining),
       into(row.created_ms));
  statement.execute();
  while (statement.fetch()) {
    row.is_draining = is_draining != 0;
    all.push_back(row);
  }
  return all;
}

}  // namespace

Result<StoredReplica> ReplicaStore::Create(const std::string& name, const std::string& spec,
                                           const std::string& key, const Actor& by) {
  const StoredReplica replica = {.id = "replica_" + RandomHex().substr(0, 16),
                                 .name = name,
                                 .spec = spec,
                                 .key = key,
                                 .created_ms = clock_.NowMs()};
  const std::string sealed = key.empty() ? "" : access::Seal(secret_, PurposeOf(replica.id), key);
  LEMMA_RETURN_IF_ERROR(database_.Write([&](soci::session& sql) {
    CountChange(sql);
    LEMMA_RETURN_IF_ERROR(CheckRoom(sql, name));
    sql << "INSERT INTO replicas (id, name, spec, sealed_key, is_draining, created_ms) VALUES "
           "(:id, :name, :spec, :key, 0, :created)",
        use(replica.id), use(name), use(spec), use(sealed), use(replica.created_ms);
    AppendAudit(sql, replica.created_ms, by, "replica.create", replica.id,
                {{"name", name}, {"spec", spec}, {"has_key", !key.empty()}});
    return Ok();
  }));
  return replica;
}

Status ReplicaStore::SetDraining(const std::string& id, bool is_draining, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    CountChange(sql);
    const int value = is_draining ? 1 : 0;
    soci::statement update =
        (sql.prepare << "UPDATE replicas SET is_draining = :value WHERE id = :id", use(value),
         use(id));
    update.execute(/*withDataExchange=*/true);
    if (update.get_affected_rows() == 0) return NoSuchReplica(id);
    AppendAudit(sql, clock_.NowMs(), by, is_draining ? "replica.drain" : "replica.undrain", id);
    return Ok();
  });
}

Status ReplicaStore::Delete(const std::string& id, const Actor& by) {
  return database_.Write([&](soci::session& sql) {
    CountChange(sql);
    soci::statement remove = (sql.prepare << "DELETE FROM replicas WHERE id = :id", use(id));
    remove.execute(/*withDataExchange=*/true);
    if (remove.get_affected_rows() == 0) return NoSuchReplica(id);
    AppendAudit(sql, clock_.NowMs(), by, "replica.delete", id);
    return Ok();
  });
}

Result<int64_t> ReplicaStore::Change() {
  int64_t change = 0;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    change = SelectChange(sql);
    return Ok();
  }));
  return change;
}

Result<ReplicaSnapshot> ReplicaStore::Snapshot() {
  ReplicaSnapshot snapshot;
  LEMMA_RETURN_IF_ERROR(database_.Read([&](soci::session& sql) {
    // The count first: rows that are newer than it are read again.
    snapshot.change = SelectChange(sql);
    snapshot.replicas = SelectAll(sql);
    return Ok();
  }));
  for (StoredReplica& replica : snapshot.replicas) {
    if (replica.key.empty()) continue;
    LEMMA_ASSIGN_OR_RETURN(replica.key,
                           access::Unseal(secret_, PurposeOf(replica.id), replica.key));
  }
  return snapshot;
}

}  // namespace lemma::store
