#include "service/pool/restart_policy.h"

#include <algorithm>

namespace lemma::pool {

Duration RestartPolicy::OnExit(TimePoint now) {
  // In a crash loop nothing ran for loop_delay before the process that has ended now.
  const Duration memory = options_.window + (in_crash_loop_ ? options_.loop_delay : Duration{});
  while (!exits_.empty() && now - exits_.front() > memory) exits_.pop_front();
  in_crash_loop_ =
      in_crash_loop_ ? !exits_.empty() : static_cast<int>(exits_.size()) >= options_.exits_max;
  exits_.push_back(now);
  if (in_crash_loop_) return options_.loop_delay;
  Duration delay = options_.delay_min;
  for (size_t i = 1; i < exits_.size() && delay < options_.delay_max; ++i) delay *= 2;
  return std::min(delay, options_.delay_max);
}

}  // namespace lemma::pool
