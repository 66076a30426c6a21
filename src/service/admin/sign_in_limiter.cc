#include "service/admin/sign_in_limiter.h"

#include <algorithm>

namespace lemma::admin {
namespace {

// More at a time than honest people make; all have drained after a minute.
constexpr size_t kEntriesMax = 10'000;
constexpr int64_t kMinuteMs = 60'000;
// No user's name is longer (access::CheckUserName).
constexpr size_t kNameBytes = 64;

std::string OfUser(std::string_view name) {
  return "user " + std::string(name.substr(0, kNameBytes));
}
std::string CodesOf(std::string_view name) { return "codes of " + OfUser(name); }

int64_t Admit(access::KeyUsage& usage, int64_t per_minute, int64_t now_ms) {
  const access::KeyLimits limits{.requests_per_minute = per_minute};
  const access::Verdict verdict = access::Admit(usage, limits, 0, now_ms);
  return verdict.admitted() ? 0 : std::max<int64_t>(verdict.retry_after_ms, 1);
}

}  // namespace

int64_t SignInLimiter::Take(std::string_view user, const std::string& address) {
  MutexLock lock(mutex_);
  // First, and whatever the name: one address cannot fill the table with names.
  const int64_t address_ms = WaitOf("from " + address, kSignInsOfAddress);
  if (address_ms > 0) return address_ms;
  if (usage_.size() + 3 > kEntriesMax) {
    std::erase_if(usage_, [now_ms = clock_.NowMs()](const auto& entry) {
      return entry.second.requests.at_ms + kMinuteMs <= now_ms;
    });
    if (usage_.size() + 3 > kEntriesMax) return kMinuteMs;
  }
  // The tighter ones first: what they refuse takes nothing of the others.
  int64_t wait_ms = TakeOf(OfUser(user) + " from " + address, kSignInsOfUserAtAddress);
  if (wait_ms == 0) wait_ms = TakeOf("from " + address, kSignInsOfAddress);
  if (wait_ms == 0) wait_ms = TakeOf(OfUser(user), kSignInsOfUser);
  return wait_ms;
}

int64_t SignInLimiter::CodeWait(std::string_view user) {
  MutexLock lock(mutex_);
  return WaitOf(CodesOf(user), kWrongCodesOfUser);
}

void SignInLimiter::TakeWrongCode(std::string_view user) {
  MutexLock lock(mutex_);
  TakeOf(CodesOf(user), kWrongCodesOfUser);
}

int64_t SignInLimiter::WaitOf(const std::string& what, int64_t per_minute) {
  const auto found = usage_.find(what);
  if (found == usage_.end()) return 0;
  access::KeyUsage as_it_is = found->second;
  return Admit(as_it_is, per_minute, clock_.NowMs());
}

int64_t SignInLimiter::TakeOf(const std::string& what, int64_t per_minute) {
  return Admit(usage_[what], per_minute, clock_.NowMs());
}

}  // namespace lemma::admin
