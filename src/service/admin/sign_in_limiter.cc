#include "service/admin/sign_in_limiter.h"

#include <algorithm>

namespace lemma::admin {
namespace {

// More at a time than honest people make; all have drained after a minute.
constexpr size_t kEntriesMax = 10'000;
constexpr int64_t kMinuteMs = 60'000;

}  // namespace

int64_t SignInLimiter::Take(const std::string& user, const std::string& address) {
  MutexLock lock(mutex_);
  if (usage_.size() + 3 > kEntriesMax) {
    std::erase_if(usage_, [now_ms = clock_.NowMs()](const auto& entry) {
      return entry.second.requests.at_ms + kMinuteMs <= now_ms;
    });
    if (usage_.size() + 3 > kEntriesMax) return kMinuteMs;
  }
  // The tighter ones first: what they refuse takes nothing of the others.
  int64_t wait_ms = TakeOf(user + " from " + address, kSignInsOfUserAtAddress);
  if (wait_ms == 0) wait_ms = TakeOf("from " + address, kSignInsOfAddress);
  if (wait_ms == 0) wait_ms = TakeOf(user, kSignInsOfUser);
  return wait_ms;
}

int64_t SignInLimiter::TakeOf(const std::string& what, int64_t per_minute) {
  const access::KeyLimits limits{.requests_per_minute = per_minute};
  const access::Verdict verdict = access::Admit(usage_[what], limits, 0, clock_.NowMs());
  return verdict.admitted() ? 0 : std::max<int64_t>(verdict.retry_after_ms, 1);
}

}  // namespace lemma::admin
