#include "service/store/key_cache.h"

#include <utility>

#include "common/base/log.h"

namespace lemma::store {

using std::chrono::steady_clock;

Result<std::unique_ptr<KeyCache>> KeyCache::Start(KeyStore& store, const UnixClock& clock,
                                                  const KeyCacheOptions& options) {
  std::unique_ptr<KeyCache> cache(new KeyCache(store, clock, options));
  LEMMA_RETURN_IF_ERROR(cache->Refresh());
  cache->poll_ =
      std::make_unique<PeriodicTask>(options.poll_interval, [&self = *cache] { self.Poll(); });
  cache->saver_ = std::make_unique<PeriodicTask>(options.last_used_interval,
                                                 [&self = *cache] { self.SaveLastUsed(); });
  return cache;
}

KeyCache::~KeyCache() {
  poll_.reset();
  saver_.reset();
  SaveLastUsed();
}

Status KeyCache::Refresh() {
  const MutexLock refreshing(refreshing_);
  // Before the query: what it tells is at least as fresh.
  const auto asked_at = steady_clock::now();
  LEMMA_ASSIGN_OR_RETURN(const int64_t version, store_.Version());
  std::shared_ptr<const KeySnapshot> snapshot;
  {
    const MutexLock lock(mutex_);
    snapshot = snapshot_;
  }
  // Also where it is less: a database that was restored from a backup counts on from there.
  if (!snapshot || snapshot->version != version) {
    LEMMA_ASSIGN_OR_RETURN(snapshot, store_.Snapshot());
  }
  const MutexLock lock(mutex_);
  snapshot_ = std::move(snapshot);
  fresh_at_ = asked_at;
  return Ok();
}

Result<std::shared_ptr<const KeySnapshot>> KeyCache::Snapshot() {
  const MutexLock lock(mutex_);
  if (steady_clock::now() - fresh_at_ > options_.stale_max) {
    return Unavailable("API keys cannot be checked: the database is away");
  }
  return snapshot_;
}

void KeyCache::NoteUse(const std::string& id) {
  const MutexLock lock(mutex_);
  last_used_ms_[id] = clock_.NowMs();
}

Result<std::shared_ptr<const access::ApiKey>> KeyCache::Authenticate(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const auto snapshot, Snapshot());
  LEMMA_ASSIGN_OR_RETURN(auto key, store_.Authenticate(*snapshot, text));
  NoteUse(key->id);
  return key;
}

// A server has few keys, and what comes this way is rare beside what it starts.
Result<std::shared_ptr<const access::ApiKey>> KeyCache::Usable(const std::string& id) {
  LEMMA_ASSIGN_OR_RETURN(const auto snapshot, Snapshot());
  for (const auto& [handle, secret] : snapshot->secrets) {
    if (secret.key->id != id) continue;
    LEMMA_RETURN_IF_ERROR(access::CheckUsable(*secret.key, clock_.NowMs()));
    NoteUse(id);
    return secret.key;
  }
  return Status(StatusCode::kUnauthenticated, "no such API key on this server");
}

void KeyCache::SaveLastUsed() {
  std::map<std::string, int64_t> last_used_ms;
  {
    const MutexLock lock(mutex_);
    last_used_ms.swap(last_used_ms_);
  }
  if (last_used_ms.empty()) return;
  const Status saved = store_.SaveLastUsed(last_used_ms);
  if (!saved.ok()) {
    if (was_saved_) LogWarning("store: when keys were last used is not saved: {}", saved.message());
    const MutexLock lock(mutex_);
    last_used_ms_.merge(last_used_ms);  // later ones stay
  }
  was_saved_ = saved.ok();
}

void KeyCache::Poll() {
  const Status refreshed = Refresh();
  if (!refreshed.ok() && was_ok_) {
    LogWarning("store: keys are not refreshed: {}", refreshed.message());
  }
  was_ok_ = refreshed.ok();
}

}  // namespace lemma::store
