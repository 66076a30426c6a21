// Remote replicas in the database: those that were added while the service ran, for every gateway
// that shares it. How a spec is written, this room does not know: pool/replica_spec.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/access/key_secret.h"
#include "service/store/audit_log.h"
#include "service/store/database.h"

namespace lemma::store {

inline constexpr int64_t kReplicasMax = 256;

struct StoredReplica {
  std::string id;
  std::string name;  // unique among them
  std::string spec;  // without its key
  std::string key;   // "": none. In the database it is sealed (access/sealed_text.h)
  bool is_draining = false;
  int64_t created_ms = 0;  // Unix time
};

// All at one moment, by time of creation.
struct ReplicaSnapshot {
  int64_t change = 0;  // ReplicaStore::Change when it was taken
  std::vector<StoredReplica> replicas;
};

// Thread-safe; blocks on the database. Errors: those of Database, and as said. What changes is an
// entry of the audit log, of who is named as `by`, without the key.
class ReplicaStore {
 public:
  // All outlive it. `secret`: what keys are sealed under.
  ReplicaStore(Database& database, const access::KeySecret& secret, const UnixClock& clock)
      : database_(database), secret_(secret), clock_(clock) {}

  // Errors: kInvalidArgument, field "spec": the name is taken; kTooLarge: there are kReplicasMax.
  Result<StoredReplica> Create(const std::string& name, const std::string& spec,
                               const std::string& key, const Actor& by = {});
  Status SetDraining(const std::string& id, bool is_draining, const Actor& by = {});  // kNotFound
  Status Delete(const std::string& id, const Actor& by = {});                         // kNotFound

  // Grows with every change of replicas, by whatever process.
  Result<int64_t> Change();
  // Errors: kDataLoss: a key was sealed under another secret.
  Result<ReplicaSnapshot> Snapshot();

 private:
  Database& database_;
  const access::KeySecret& secret_;
  const UnixClock& clock_;
};

}  // namespace lemma::store
