// The task profiles of a database in memory: what another process saves or promotes is seen within
// poll_interval.
#pragma once

#include <chrono>
#include <memory>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/reason/profile_set.h"
#include "service/store/periodic_task.h"
#include "service/store/profile_store.h"

namespace lemma::gateway {

// With the shipped ones. A version that this program cannot read (a newer one has saved it) is left
// out, with a warning.
std::shared_ptr<const reason::ProfileSet> ProfilesOf(const store::ProfileSnapshot& snapshot);

// One thread polls; Current is thread-safe and does not block on the database. While the database
// is away the profiles stay as they were.
class LiveProfiles {
 public:
  // Errors: those of ProfileStore::Snapshot. `store` outlives it.
  static Result<std::unique_ptr<LiveProfiles>> Start(
      store::ProfileStore& store,
      std::chrono::milliseconds poll_interval = std::chrono::milliseconds(250));

  std::shared_ptr<const reason::ProfileSet> Current() const;

 private:
  explicit LiveProfiles(store::ProfileStore& store) : store_(store) {}
  Status Refresh();
  void Poll();

  store::ProfileStore& store_;
  mutable Mutex mutex_;
  std::shared_ptr<const reason::ProfileSet> current_ LEMMA_GUARDED_BY(mutex_);
  // Of the polling thread alone, once it runs.
  int64_t change_ = -1;
  bool was_ok_ = true;
  std::unique_ptr<store::PeriodicTask> poll_;  // last: it ends first
};

}  // namespace lemma::gateway
