#include "service/reason/profile_set.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <charconv>
#include <utility>

#include "service/reason/profile_toml.h"
#include "service/reason/shipped_profile_files.h"

namespace lemma::reason {
namespace {

std::vector<TaskProfile> ParseShipped() {
  std::vector<TaskProfile> profiles;
  for (const char* file : ShippedProfileFiles()) {
    const auto profile = ParseProfileToml(file);
    LEMMA_CHECK(profile.ok(), profile.status().message().c_str());
    profiles.push_back(*profile);
  }
  return profiles;
}

// The arm that `sticky` gets: it is put at a place between 0 and 1 that depends on nothing but it
// and the profile's name, so that a change of weights moves as few as it can.
const ProfileArm& ArmFor(const std::vector<ProfileArm>& arms, std::string_view name,
                         std::string_view sticky) {
  int64_t total = 0;
  for (const ProfileArm& arm : arms) total += arm.weight;
  const uint64_t seed = XXH3_64bits(name.data(), name.size());
  const uint64_t hash = XXH3_64bits_withSeed(sticky.data(), sticky.size(), seed);
  const double place = static_cast<double>(hash >> 11) / static_cast<double>(uint64_t{1} << 53);
  int64_t sum = 0;
  for (const ProfileArm& arm : arms) {
    sum += arm.weight;
    if (place * static_cast<double>(total) < static_cast<double>(sum)) return arm;
  }
  return arms.back();
}

template <typename Map>
std::string KeysOf(const Map& map) {
  std::string keys;
  for (const auto& [key, value] : map) keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key);
  return keys;
}

}  // namespace

const std::vector<TaskProfile>& ShippedProfiles() {
  static const std::vector<TaskProfile> profiles = ParseShipped();
  return profiles;
}

ProfileSet::ProfileSet(std::vector<TaskProfile> versions, std::map<std::string, Labels> labels) {
  const auto add = [&](const TaskProfile& profile) {
    entries_[profile.name].versions[profile.version] = std::make_shared<const TaskProfile>(profile);
  };
  for (const TaskProfile& profile : ShippedProfiles()) {
    add(profile);
    entries_[profile.name].labels[kProductionLabel] = {{profile.version, 1}};
  }
  for (const TaskProfile& profile : versions) add(profile);
  for (const auto& [name, its_labels] : labels) {
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) continue;
    for (const auto& [label, arms] : its_labels) {
      std::vector<ProfileArm> known = arms;
      std::erase_if(known, [&](const ProfileArm& arm) {
        return arm.weight <= 0 || !entry->second.versions.contains(arm.version);
      });
      if (!known.empty()) entry->second.labels[label] = std::move(known);
    }
  }
}

std::shared_ptr<const ProfileSet> ProfileSet::Shipped() {
  static const auto shipped = std::make_shared<const ProfileSet>(std::vector<TaskProfile>{},
                                                                 std::map<std::string, Labels>{});
  return shipped;
}

Result<ProfilePtr> ProfileSet::Find(std::string_view reference, std::string_view sticky) const {
  const std::string_view name = reference.substr(0, reference.find('@'));
  const bool is_named = name.size() < reference.size();
  const std::string_view which = is_named ? reference.substr(name.size() + 1) : kProductionLabel;
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) {
    return NotFound(
        fmt::format("there is no profile \"{}\"; there are: {}", name, KeysOf(entries_)));
  }
  const auto& [versions, labels] = entry->second;
  if (const auto label = labels.find(std::string(which)); label != labels.end()) {
    return versions.at(ArmFor(label->second, name, sticky).version);
  }
  int32_t version = 0;
  const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), version);
  const bool is_number = error == std::errc() && end == which.data() + which.size();
  const auto found = is_number ? versions.find(version) : versions.end();
  if (found != versions.end()) return found->second;
  if (!is_named) {
    return NotFound(fmt::format("the profile \"{}\" is not in production yet; it has versions {}",
                                name, KeysOf(versions)));
  }
  return NotFound(fmt::format("the profile \"{}\" has no version or label \"{}\"; it has {}; {}",
                              name, which, KeysOf(versions), KeysOf(labels)));
}

std::vector<std::string> ProfileSet::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::vector<ProfilePtr> ProfileSet::VersionsOf(std::string_view name) const {
  std::vector<ProfilePtr> versions;
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return versions;
  for (const auto& [version, profile] : entry->second.versions) versions.push_back(profile);
  return versions;
}

ProfileSet::Labels ProfileSet::LabelsOf(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? Labels{} : entry->second.labels;
}

}  // namespace lemma::reason
