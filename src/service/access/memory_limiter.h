// The limiter of one process: exact, a fraction of a microsecond. What it knows outlives the
// process, however it ends, where it is kept in a file. For keys without a daily limit on a service
// of one gateway; others need store::StoreLimiter, and are counted here as well (told_limiter.h).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/base/thread_annotations.h"
#include "service/access/limiter.h"
#include "service/access/usage_file.h"

namespace lemma::access {

class MemoryLimiter : public Limiter {
 public:
  explicit MemoryLimiter(const UnixClock& clock) : clock_(clock) {}

  // From now on in this file too; first it learns what the file says. Before the first request.
  // Errors: those of UsageFile::Open.
  Status KeepIn(const std::filesystem::path& path);

  bool blocks() const override { return false; }
  Result<Admission> Admit(const std::string& key_id, const KeyLimits& limits,
                          int64_t n_tokens) override;

  // What Admit would say; takes nothing.
  Verdict Check(const std::string& key_id, const KeyLimits& limits, int64_t n_tokens);
  // Takes what another limiter has admitted.
  Reservation Take(const std::string& key_id, const Claim& claim);

  int64_t n_in_flight(const std::string& key_id) const;

 private:
  void Settle(const Reservation& reservation, int64_t n_used) override;

  void Keep(const std::string& key_id, const KeyUsage& usage) LEMMA_REQUIRES(mutex_);

  const UnixClock& clock_;
  mutable Mutex mutex_;
  // One entry a key: as many as the service has keys, which their store bounds.
  std::unordered_map<std::string, KeyUsage> usage_ LEMMA_GUARDED_BY(mutex_);
  std::optional<UsageFile> file_ LEMMA_GUARDED_BY(mutex_);
  bool has_warned_ LEMMA_GUARDED_BY(mutex_) = false;
};

}  // namespace lemma::access
