// When a request is tried again: after what may pass, and after which wait.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "common/base/status.h"

namespace lemma::hub {

// What one try came to.
struct Try {
  Status status;
  int retry_after_s = 0;    // 0: the server named no time
  bool has_gained = false;  // it brought bytes that none before had
};

inline constexpr int kTriesOfList = 5;   // 7.5 s: without a network people hear of it soon
inline constexpr int kTriesOfFile = 10;  // two minutes

// `once` until it is Ok, fails for good, or n_tries_max times in a row gained nothing. Worth
// another try are kUnavailable, and kRateLimited where the server names a time of a minute at most;
// a time that it names is kept to. `wait` sleeps; `note` tells people of the wait.
Status Retry(int n_tries_max, const std::function<Try()>& once,
             const std::function<void(std::chrono::milliseconds)>& wait,
             const std::function<void(const std::string& text)>& note);

}  // namespace lemma::hub
