#include "service/reason/profile_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lemma::reason {
namespace {

using testing::HasSubstr;
using Labels = ProfileSet::Labels;

TaskProfile Version(const std::string& name, int32_t version) {
  TaskProfile profile = ShippedProfiles()[0];
  profile.name = name;
  profile.version = version;
  return profile;
}

int32_t VersionFound(const ProfileSet& set, std::string_view reference,
                     std::string_view sticky = "") {
  const auto found = set.Find(reference, sticky);
  return found.ok() ? (*found)->version : 0;
}

TEST(ProfileSetTest, ShippedProfilesAreInProductionUntilAnotherVersionIsPromoted) {
  EXPECT_EQ(VersionFound(*ProfileSet::Shipped(), "math"), 1);
  const std::vector<TaskProfile> saved = {Version("math", 2), Version("math", 3)};
  const ProfileSet unmoved(saved, {{"math", {{"staging", {{3, 1}}}}}});
  EXPECT_EQ(VersionFound(unmoved, "math"), 1) << "saving moves nothing";
  EXPECT_EQ(VersionFound(unmoved, "math@2"), 2);
  EXPECT_EQ(VersionFound(unmoved, "math@staging"), 3);
  const ProfileSet promoted(saved, {{"math", {{"production", {{2, 1}}}}}});
  EXPECT_EQ(VersionFound(promoted, "math"), 2);
  EXPECT_EQ(VersionFound(promoted, "math@1"), 1);
  // Rolled back to before there was any.
  EXPECT_EQ(VersionFound(ProfileSet(saved, {{"math", {{"production", {}}}}}), "math"), 1);
}

TEST(ProfileSetTest, WhatIsNotThereIsSaidWithWhatThereIs) {
  const ProfileSet set({Version("own", 1)}, {});
  const auto message = [&](std::string_view reference) {
    const Status status = set.Find(reference).status();
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << reference;
    return status.message();
  };
  EXPECT_THAT(message("Math"), HasSubstr("there are: algorithm, debug-hint"));
  EXPECT_THAT(message(""), HasSubstr("there are: "));
  EXPECT_THAT(message("own"), HasSubstr("not in production yet; it has versions 1"));
  EXPECT_THAT(message("math@7"), HasSubstr("it has 1; production"));
  EXPECT_THAT(message("math@"), HasSubstr("no version or label \"\""));
  EXPECT_THAT(message("math@1x"), HasSubstr("1x"));
  EXPECT_EQ(VersionFound(set, "own@1"), 1);
}

TEST(ProfileSetTest, AnAbTestIsStickyAndSpreadByWeight) {
  const auto with_weights = [](int32_t a, int32_t b) {
    return ProfileSet({Version("p", 1), Version("p", 2)},
                      {{"p", {{"production", {{1, a}, {2, b}}}}}});
  };
  const ProfileSet ninety = with_weights(90, 10);
  const ProfileSet eighty = with_weights(80, 20);
  constexpr int kKeys = 20000;
  int n_second = 0, n_moved_back = 0, n_moved = 0;
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "key_" + std::to_string(i);
    const int32_t version = VersionFound(ninety, "p", key);
    EXPECT_EQ(VersionFound(ninety, "p", key), version);
    n_second += version == 2;
    n_moved += VersionFound(eighty, "p", key) != version;
    n_moved_back += version == 2 && VersionFound(eighty, "p", key) == 1;
  }
  // Six standard deviations of a binomial.
  EXPECT_NEAR(n_second, kKeys * 0.1, 6 * std::sqrt(kKeys * 0.1 * 0.9));
  EXPECT_NEAR(n_moved, kKeys * 0.1, 6 * std::sqrt(kKeys * 0.1 * 0.9)) << "no more than needed";
  EXPECT_EQ(n_moved_back, 0);
}

TEST(ProfileSetTest, ALabelOfUnknownVersionsIsNone) {
  const ProfileSet set({}, {{"math", {{"production", {{9, 1}}}, {"x", {{9, 1}, {1, 1}}}}},
                            {"ghost", {{"production", {{1, 1}}}}}});
  EXPECT_EQ(VersionFound(set, "math"), 1);
  EXPECT_EQ(VersionFound(set, "math@x"), 1);
  EXPECT_FALSE(set.Find("ghost").ok());
}

}  // namespace
}  // namespace lemma::reason
