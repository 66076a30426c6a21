#include "service/reason/profile_toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "service/reason/profile_set.h"

namespace lemma::reason {
namespace {

using testing::HasSubstr;

TEST(ProfileTomlTest, EveryShippedProfileSurvivesAFile) {
  for (const TaskProfile& profile : ShippedProfiles()) {
    const auto again = ParseProfileToml(ProfileToToml(profile));
    ASSERT_TRUE(again.ok()) << again.status().message();
    EXPECT_EQ(*again, profile) << profile.name;
  }
}

TEST(ProfileTomlTest, AnyTextSurvivesAFile) {
  constexpr const char* kPieces[] = {"'",    "'''",  "\"", "\"\"\"", "\\",  "\\boxed{x}",
                                     "\n",   "\r\n", "\t", "#",      "[a]", "你好",
                                     "\x01", "\x7f", " ",  "="};
  std::mt19937 random(11);
  for (int i = 0; i < 3000; ++i) {
    const auto text = [&] {
      std::string made;
      for (unsigned n = random() % 6; n > 0; --n) made += kPieces[random() % std::size(kPieces)];
      return made;
    };
    TaskProfile profile = ShippedProfiles()[random() % 10];
    profile.system = {"x" + text(), text()};
    profile.user = {};
    profile.partials["p"] = {text(), text()};
    profile.variables["v"] = text();
    profile.temperature = static_cast<double>(random() % 2000) / 1000;
    const std::string file = ProfileToToml(profile);
    const auto again = ParseProfileToml(file);
    ASSERT_TRUE(again.ok()) << again.status().message() << "\n" << file;
    EXPECT_EQ(*again, profile) << file;
  }
}

TEST(ProfileTomlTest, WhatIsWrongIsSaidWithLineAndField) {
  const std::string good = "name = \"p\"\n[system]\nen = \"Hello.\"\n";
  ASSERT_TRUE(ParseProfileToml(good).ok());
  for (const auto& [text, line, field] :
       std::initializer_list<std::tuple<std::string, const char*, const char*>>{
           {"name = p\n", "line 1: not TOML", ""},
           {"[=", "line 1: not TOML", ""},
           {"[\x12name]\n", "line 1: not TOML", ""},
           {"", "name: must have", "name"},
           {good + "[sampling]\ntemperature = \"hot\"\n", "line 5:", "sampling.temperature"},
           {good + "[sampling]\ntemperature = 2.5\n", "line 5:", "sampling.temperature"},
           {good + "[sampling]\nheat = 1\n", "line 5: sampling.heat: is unknown", "sampling.heat"},
           {good + "[budget]\nmax_tokens = 1.5\n", "line 5:", "budget.max_tokens"},
           {good + "[budget]\nmax_tokens = 99999999999\n", "line 5:", "budget.max_tokens"},
           {good + "[variables]\na = 1\n", "line 5:", "variables.a"},
           {good + "zh = '''\n{{who}}'''\n", "line 4: system.zh: line 1: no variable \"who\"",
            "system.zh"},
           {"task = \"poem\"\n" + good, "line 1: task: must be one of math, proof", "task"},
           {"system = 1\nname = \"p\"\n", "line 1: system: must be a table", "system"},
           {"version = 3\n" + good, "line 1: version: is unknown", "version"},
           {"name = \"p\"\n", "system.en: must not be empty", "system.en"},
       }) {
    const auto parsed = ParseProfileToml(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.status().message(), HasSubstr(line)) << text;
    EXPECT_EQ(parsed.status().field(), field) << text;
  }
  EXPECT_FALSE(ParseProfileToml(std::string(kProfileFileBytesMax + 1, '#')).ok());
  EXPECT_FALSE(ParseProfileToml("a = " + std::string(10000, '[')).ok());
}

}  // namespace
}  // namespace lemma::reason
