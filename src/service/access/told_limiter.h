// A lasting limiter that tells the brief one of all that it admits, and asks it first: a key whose
// limit of tokens a day comes or goes is then counted by the other one alone, which has to know
// what runs and what the minute has taken. Else the change would give the key a second minute's
// budget.
#pragma once

#include <string>
#include <unordered_map>

#include "common/base/thread_annotations.h"
#include "service/access/limiter.h"
#include "service/access/memory_limiter.h"

namespace lemma::access {

// Thread-safe. A key's requests come one at a time while it has a limit a day; those that come to
// the brief limiter beside, while that changes, may be as many too many as come at once.
class ToldLimiter final : public Limiter {
 public:
  // Both outlive it.
  ToldLimiter(Limiter& lasting, MemoryLimiter& brief) : lasting_(lasting), brief_(brief) {}

  bool blocks() const override { return lasting_.blocks(); }
  Result<Admission> Admit(const std::string& key_id, const KeyLimits& limits,
                          int64_t n_tokens) override;

 private:
  struct Both {
    Reservation lasting, brief;
  };
  void Settle(const Reservation& reservation, int64_t n_used) override;

  Limiter& lasting_;
  MemoryLimiter& brief_;
  Mutex mutex_;
  // Of requests that are admitted and not settled, by the lasting one's id.
  std::unordered_map<std::string, Both> held_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::access
