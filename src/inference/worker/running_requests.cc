#include "inference/worker/running_requests.h"

#include <utility>

namespace lemma::worker {

std::shared_ptr<const std::atomic<bool>> RunningRequests::Add(std::vector<std::string> ids) {
  const std::shared_ptr<Entry> entry(new Entry{.owner = *this, .ids = std::move(ids)});
  MutexLock lock(mutex_);
  for (const std::string& id : entry->ids) entries_.emplace(id, entry.get());
  return {entry, &entry->end_thinking};
}

bool RunningRequests::EndThinking(const std::string& id) {
  MutexLock lock(mutex_);
  const auto [begin, end] = entries_.equal_range(id);
  for (auto it = begin; it != end; ++it) it->second->end_thinking = true;
  return begin != end;
}

void RunningRequests::Remove(const Entry* entry) {
  MutexLock lock(mutex_);
  std::erase_if(entries_, [&](const auto& known) { return known.second == entry; });
}

}  // namespace lemma::worker
