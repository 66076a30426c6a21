#include "service/reason/task_profile.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"

namespace lemma::reason {
namespace {

TEST(TaskProfileTest, SystemPromptsAreThoseTheModelIsTrainedOn) {
  const auto text = ReadFile(LEMMA_SOURCE_DIR "/train/recipe/profiles.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status().ToString();
  const auto recipe = ParseJson(*text, "profiles.json");
  ASSERT_TRUE(recipe.ok()) << recipe.status().ToString();
  ASSERT_EQ(recipe->as_array().size(), 2 * ShippedProfiles().size());
  for (const auto& entry : recipe->as_array()) {
    const TaskProfile* profile = FindProfile(std::string(entry.at("name").as_string()));
    ASSERT_NE(profile, nullptr) << entry;
    const bool is_chinese = entry.at("language").as_string() == "zh";
    EXPECT_EQ(profile->system(is_chinese ? PromptLanguage::kChinese : PromptLanguage::kEnglish),
              std::string(entry.at("system").as_string()));
  }
}

TEST(TaskProfileTest, AnUnknownNameHasNoProfile) {
  EXPECT_EQ(FindProfile(""), nullptr);
  EXPECT_EQ(FindProfile("Math"), nullptr);
  EXPECT_EQ(FindProfile("algorithm")->name, "algorithm");
}

}  // namespace
}  // namespace lemma::reason
