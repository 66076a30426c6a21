// Requests that may be what kills workers: one that was being answered when a replica ended, and
// was so once more, is refused for some minutes. Pure: time is passed in. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "common/base/clock.h"
#include "service/pool/replica_table.h"

namespace lemma::pool {

class Quarantine {
 public:
  static constexpr int kCrashesMax = 2;
  // How long a crash is held against a request, and how long one is refused after its last.
  static constexpr Duration kMemory = std::chrono::minutes(10);
  static constexpr size_t kRequestsMax = 4096;  // then the one longest ago is forgotten

  // `request` is a hash of what the client asked, `began` when this replica was. Of one that is
  // asked there several times at once, a crash is one crash.
  void OnCrash(uint64_t request, ReplicaId replica, TimePoint began, TimePoint now);
  // It was answered in full: it is not what kills workers, though it may have been there.
  void OnAnswered(uint64_t request) { suspects_.erase(request); }
  // For how much longer it is refused; nothing where it is not.
  std::optional<Duration> RefusedFor(uint64_t request, TimePoint now) const;
  size_t n_refused(TimePoint now) const;

 private:
  struct Suspect {
    int n_crashes = 0;
    ReplicaId replica = kNoReplica;  // of the last one
    TimePoint last;
  };
  void ForgetOld(TimePoint now);

  std::unordered_map<uint64_t, Suspect> suspects_;
};

}  // namespace lemma::pool
