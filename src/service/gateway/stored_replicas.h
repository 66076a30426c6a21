// The pool's remotes that are kept in the database: what any process that shares it adds, drains or
// removes is so in this one within poll_interval.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/pool/pool.h"
#include "service/store/periodic_task.h"
#include "service/store/replica_store.h"

namespace lemma::gateway {

// A replica of the database as the pool takes it. Errors: kInvalidArgument, field "spec" or "key".
Result<pool::RemoteReplica> RemoteOf(const store::StoredReplica& stored);

// One thread polls; methods are thread-safe. While the database is away the replicas stay as they
// were.
class StoredReplicas {
 public:
  // Errors: those of ReplicaStore::Snapshot. Both outlive it; the pool keeps the replicas after it.
  static Result<std::unique_ptr<StoredReplicas>> Start(
      store::ReplicaStore& store, pool::Pool& pool,
      std::chrono::milliseconds poll_interval = std::chrono::milliseconds(250));

  // What this process has just changed is so at once. One that the pool does not take (its name is
  // another's here) is left out, with a warning, and tried again. Blocks.
  Status Refresh() LEMMA_EXCLUDES(mutex_);

 private:
  StoredReplicas(store::ReplicaStore& store, pool::Pool& pool) : store_(store), pool_(pool) {}
  void Poll();
  void Apply(const store::ReplicaSnapshot& snapshot) LEMMA_REQUIRES(mutex_);
  bool Add(const store::StoredReplica& stored) LEMMA_REQUIRES(mutex_);

  store::ReplicaStore& store_;
  pool::Pool& pool_;
  Mutex mutex_;  // one refreshes at a time
  int64_t change_ LEMMA_GUARDED_BY(mutex_) = -1;
  std::map<std::string, bool> is_draining_ LEMMA_GUARDED_BY(mutex_);  // by id: those in the pool
  std::set<std::string> left_out_ LEMMA_GUARDED_BY(mutex_);           // ids
  bool was_ok_ = true;                                                // of the polling thread alone
  std::unique_ptr<store::PeriodicTask> poll_;                         // last: it ends first
};

}  // namespace lemma::gateway
