#include "service/gateway/stored_replicas.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "service/pool/replica_spec.h"

namespace lemma::gateway {

Result<pool::RemoteReplica> RemoteOf(const store::StoredReplica& stored) {
  const Result<pool::ReplicaSpec> spec = pool::ParseReplicaSpec(stored.spec);
  if (!spec.ok()) return InvalidArgument(spec.status().message(), "spec");
  // Whoever may call the API must not have files of this machine sent elsewhere.
  if (!spec->key_file.empty() || !spec->key_env.empty()) {
    return InvalidArgument(
        "key-file= and key-env= are for the command line: send the key itself, as \"key\"", "spec");
  }
  if (!stored.key.empty()) {
    const Status plain = pool::CheckReplicaKey(stored.key);
    if (!plain.ok()) return InvalidArgument(plain.message(), "key");
  }
  return pool::RemoteReplica{.name = spec->name,
                             .address = spec->address,
                             .model = spec->model,
                             .key = stored.key,
                             .slots = spec->slots,
                             .id = stored.id};
}

Result<std::unique_ptr<StoredReplicas>> StoredReplicas::Start(
    store::ReplicaStore& store, pool::Pool& pool, std::chrono::milliseconds poll_interval) {
  std::unique_ptr<StoredReplicas> replicas(new StoredReplicas(store, pool));
  LEMMA_RETURN_IF_ERROR(replicas->Refresh());
  replicas->poll_ =
      std::make_unique<store::PeriodicTask>(poll_interval, [&self = *replicas] { self.Poll(); });
  return replicas;
}

Status StoredReplicas::Refresh() {
  const MutexLock lock(mutex_);
  LEMMA_ASSIGN_OR_RETURN(const int64_t change, store_.Change());
  if (change == change_ && left_out_.empty()) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const store::ReplicaSnapshot snapshot, store_.Snapshot());
  Apply(snapshot);
  change_ = snapshot.change;
  return Ok();
}

void StoredReplicas::Apply(const store::ReplicaSnapshot& snapshot) {
  const auto is_stored = [&](const std::string& id) {
    return std::ranges::find(snapshot.replicas, id, &store::StoredReplica::id) !=
           snapshot.replicas.end();
  };
  // Those that go come first: one that comes may have the name of one that went.
  std::erase_if(is_draining_, [&](const auto& entry) {
    if (is_stored(entry.first)) return false;
    if (const Status gone = pool_.RemoveRemote(entry.first); !gone.ok()) {
      LogWarning("replicas: {}", gone.message());
    }
    return true;
  });
  std::erase_if(left_out_, [&](const std::string& id) { return !is_stored(id); });
  for (const store::StoredReplica& stored : snapshot.replicas) {
    if (!is_draining_.contains(stored.id) && !Add(stored)) continue;
    bool& is_draining = is_draining_[stored.id];
    if (std::exchange(is_draining, stored.is_draining) == stored.is_draining) continue;
    if (const Status set = pool_.SetDraining(stored.id, stored.is_draining); !set.ok()) {
      LogWarning("replicas: {}", set.message());
    }
  }
}

bool StoredReplicas::Add(const store::StoredReplica& stored) {
  const auto remote = RemoteOf(stored);
  const Status added = remote.ok() ? pool_.AddRemote(*remote) : remote.status();
  if (added.ok()) {
    left_out_.erase(stored.id);
    return true;
  }
  if (left_out_.insert(stored.id).second) {
    LogWarning("replicas: {} is left out: {}", stored.name, added.message());
  }
  return false;
}

void StoredReplicas::Poll() {
  const Status refreshed = Refresh();
  if (!refreshed.ok() && was_ok_) LogWarning("replicas: not refreshed: {}", refreshed.message());
  was_ok_ = refreshed.ok();
}

}  // namespace lemma::gateway
