// All task profiles at one moment: those that travel with the program, and the versions and labels
// of a database. Which version of a profile a request gets is decided here.
//
// Threads: immutable once made.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "service/reason/task_profile.h"

namespace lemma::reason {

// The profiles that travel with the program, each as version 1. lemma-mini is trained on the system
// prompts of `math` and `algorithm` (train/recipe/profiles.json).
const std::vector<TaskProfile>& ShippedProfiles();

// The label whose version runs where a request names none.
inline constexpr const char* kProductionLabel = "production";
// What saving gives the first version of a profile that has a shipped one: the one after it.
inline constexpr int32_t kFirstSavedVersion = 2;

// A version that a label names, and its share of the requests among the label's versions.
struct ProfileArm {
  int32_t version = 0;
  int32_t weight = 1;
  bool operator==(const ProfileArm&) const = default;
};

using ProfilePtr = std::shared_ptr<const TaskProfile>;

class ProfileSet {
 public:
  // label -> arms, for one profile. An empty list is no label.
  using Labels = std::map<std::string, std::vector<ProfileArm>>;

  // With the shipped profiles: version 1 of each, which is in production where `labels` does not
  // say otherwise. Of arms whose version is not there the rest counts.
  ProfileSet(std::vector<TaskProfile> versions, std::map<std::string, Labels> labels);

  // The shipped profiles alone.
  static std::shared_ptr<const ProfileSet> Shipped();

  // `reference`: "math" (its production version), "math@3", "math@staging". Of a label with several
  // versions, `sticky` (a key's id, or what names a conversation) decides: the same text always
  // gets the same one, and others spread by weight. Errors: kNotFound, with what there is.
  Result<ProfilePtr> Find(std::string_view reference, std::string_view sticky = "") const;

  std::vector<std::string> names() const;  // sorted
  // Of one profile: its versions, the oldest first, and its labels. Empty where there is none.
  std::vector<ProfilePtr> VersionsOf(std::string_view name) const;
  Labels LabelsOf(std::string_view name) const;

 private:
  struct Entry {
    std::map<int32_t, ProfilePtr> versions;
    Labels labels;
  };

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace lemma::reason
