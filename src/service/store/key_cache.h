// The keys in memory, for the door: a look-up takes microseconds and no database. What another
// process changes (a revocation above all) is seen within poll_interval.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "service/store/key_store.h"
#include "service/store/periodic_task.h"

namespace lemma::store {

struct KeyCacheOptions {
  std::chrono::milliseconds poll_interval{250};
  // When the database is away: keys as they were are accepted for this long, then none.
  std::chrono::milliseconds stale_max{30000};
  std::chrono::milliseconds last_used_interval{10000};  // how often they are written
};

// One thread polls, another one writes, as who writes may wait for others that do; methods are
// thread-safe and, Refresh aside, do not block on the database.
class KeyCache {
 public:
  // Errors: those of KeyStore::Snapshot. `store` outlives it.
  static Result<std::unique_ptr<KeyCache>> Start(KeyStore& store, const UnixClock& clock,
                                                 const KeyCacheOptions& options = {});
  ~KeyCache();  // writes what was last used

  // As KeyStore::Authenticate, and notes that the key was used. kUnavailable: the database has been
  // away for stale_max.
  Result<std::shared_ptr<const access::ApiKey>> Authenticate(std::string_view text);

  // The key of this id, usable now. Errors: as Authenticate.
  Result<std::shared_ptr<const access::ApiKey>> Usable(const std::string& id);

  // All keys as they are known now; another pointer where they have changed. Errors: as
  // Authenticate.
  Result<std::shared_ptr<const KeySnapshot>> Snapshot();

  // Sees what this process has just changed. Blocks.
  Status Refresh() LEMMA_EXCLUDES(refreshing_);

 private:
  KeyCache(KeyStore& store, const UnixClock& clock, const KeyCacheOptions& options)
      : store_(store), clock_(clock), options_(options) {}
  void NoteUse(const std::string& id);
  void Poll();
  void SaveLastUsed();

  KeyStore& store_;
  const UnixClock& clock_;
  const KeyCacheOptions options_;
  Mutex refreshing_;  // one refreshes at a time, so that a later answer is a newer one
  Mutex mutex_;
  std::shared_ptr<const KeySnapshot> snapshot_ LEMMA_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point fresh_at_ LEMMA_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> last_used_ms_ LEMMA_GUARDED_BY(mutex_);
  bool was_ok_ = true;     // of the polling thread alone
  bool was_saved_ = true;  // of the writing one
  std::unique_ptr<PeriodicTask> poll_, saver_;
};

}  // namespace lemma::store
