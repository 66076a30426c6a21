#include "service/gateway/live_profiles.h"

#include <map>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "service/reason/profile_toml.h"

namespace lemma::gateway {

std::shared_ptr<const reason::ProfileSet> ProfilesOf(const store::ProfileSnapshot& snapshot) {
  std::vector<reason::TaskProfile> versions;
  for (const store::ProfileVersion& row : snapshot.versions) {
    auto profile = reason::ParseProfileToml(row.text);
    if (!profile.ok()) {
      LogWarning("profiles: {} version {} is left out: {}", row.name, row.version,
                 profile.status().message());
      continue;
    }
    profile->name = row.name;
    profile->version = row.version;
    versions.push_back(std::move(*profile));
  }
  std::map<std::string, reason::ProfileSet::Labels> labels;
  for (const store::ProfileLabel& row : snapshot.labels) {
    for (const store::ProfileShare& share : row.shares) {
      labels[row.name][row.label].push_back({share.version, share.weight});
    }
  }
  return std::make_shared<const reason::ProfileSet>(std::move(versions), std::move(labels));
}

Result<std::unique_ptr<LiveProfiles>> LiveProfiles::Start(store::ProfileStore& store,
                                                          std::chrono::milliseconds poll_interval) {
  std::unique_ptr<LiveProfiles> live(new LiveProfiles(store));
  LEMMA_RETURN_IF_ERROR(live->Refresh());
  live->poll_ =
      std::make_unique<store::PeriodicTask>(poll_interval, [&self = *live] { self.Poll(); });
  return live;
}

std::shared_ptr<const reason::ProfileSet> LiveProfiles::Current() const {
  const MutexLock lock(mutex_);
  return current_;
}

Status LiveProfiles::Refresh() {
  LEMMA_ASSIGN_OR_RETURN(const int64_t change, store_.Change());
  if (change == change_) return Ok();
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, store_.Snapshot());
  change_ = snapshot.change;
  auto profiles = ProfilesOf(snapshot);
  const MutexLock lock(mutex_);
  current_ = std::move(profiles);
  return Ok();
}

void LiveProfiles::Poll() {
  const Status refreshed = Refresh();
  if (!refreshed.ok() && was_ok_) {
    LogWarning("profiles: not refreshed: {}", refreshed.message());
  }
  was_ok_ = refreshed.ok();
}

}  // namespace lemma::gateway
