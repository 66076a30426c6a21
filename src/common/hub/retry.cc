#include "common/hub/retry.h"

#include <algorithm>

namespace lemma::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstWait{500};  // doubled each time
constexpr milliseconds kWaitMax{30000};
constexpr seconds kRetryAfterMax{60};

}  // namespace

Status Retry(int n_tries_max, const std::function<Try()>& once,
             const std::function<void(milliseconds)>& wait,
             const std::function<void(const std::string& text)>& note) {
  milliseconds next_wait = kFirstWait;
  for (int n_tries = 1;; ++n_tries) {
    const Try tried = once();
    const Status& status = tried.status;
    const seconds retry_after(tried.retry_after_s);
    const bool is_limited = status.code() == StatusCode::kRateLimited && retry_after.count() > 0;
    if (status.code() != StatusCode::kUnavailable && !is_limited) return status;
    if (retry_after > kRetryAfterMax) return status;
    if (tried.has_gained) {
      n_tries = 1;
      next_wait = kFirstWait;
    }
    if (n_tries >= n_tries_max) {
      return Status(status.code(), status.message() + " (after " + std::to_string(n_tries_max) +
                                       " tries). Check the network and the proxy settings and run "
                                       "it again: it goes on from what is here");
    }
    const milliseconds now = std::max<milliseconds>(next_wait, retry_after);
    note(status.message() + "; trying again" +
         (now < seconds(1) ? "" : " in " + std::to_string(now / seconds(1)) + " s"));
    wait(now);
    next_wait = std::min(2 * next_wait, kWaitMax);
  }
}

}  // namespace lemma::hub
