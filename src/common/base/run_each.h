// Tasks that may fail, shared out over a ThreadPool: each member takes the next one.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_pool.h"

namespace lemma {

// Runs task(i, member) -> Status for each i below n, until one fails; the failure, of several that
// of the lowest member.
template <typename Task>
Status RunEach(ThreadPool& pool, size_t n, const Task& task) {
  std::atomic<size_t> next = 0;
  std::vector<Status> statuses(static_cast<size_t>(pool.n_threads()));
  pool.Run([&](int member) {
    Status& status = statuses[static_cast<size_t>(member)];
    for (size_t i; status.ok() && (i = next.fetch_add(1)) < n;) status = task(i, member);
    if (!status.ok()) next = n;
  });
  for (Status& status : statuses) {
    if (!status.ok()) return std::move(status);
  }
  return Ok();
}

}  // namespace lemma
