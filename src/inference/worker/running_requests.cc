#include "inference/worker/running_requests.h"

#include <utility>

namespace lemma::worker {

std::shared_ptr<const RequestWishes> RunningRequests::Add(std::vector<std::string> ids,
                                                          uint64_t tenant) {
  const std::shared_ptr<Entry> entry(
      new Entry{.owner = *this, .ids = std::move(ids), .tenant = tenant, .wishes = {}});
  MutexLock lock(mutex_);
  for (const std::string& id : entry->ids) entries_.emplace(id, entry.get());
  return {entry, &entry->wishes};
}

bool RunningRequests::EndThinking(const std::string& id, uint64_t tenant) {
  return ForAll(id, tenant, [](RequestWishes& wishes) { wishes.end_thinking = true; });
}

bool RunningRequests::Stop(const std::string& id, uint64_t tenant, uint64_t samples) {
  return ForAll(id, tenant, [&](RequestWishes& wishes) { wishes.stopped |= samples; });
}

template <typename Wish>
bool RunningRequests::ForAll(const std::string& id, uint64_t tenant, Wish wish) {
  MutexLock lock(mutex_);
  bool is_any = false;
  const auto [begin, end] = entries_.equal_range(id);
  for (auto it = begin; it != end; ++it) {
    if (tenant != 0 && it->second->tenant != tenant) continue;
    wish(it->second->wishes);
    is_any = true;
  }
  return is_any;
}

void RunningRequests::Remove(const Entry* entry) {
  MutexLock lock(mutex_);
  std::erase_if(entries_, [&](const auto& known) { return known.second == entry; });
}

}  // namespace lemma::worker
