#include "service/reason/task_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "service/reason/profile_set.h"

namespace lemma::reason {
namespace {

using testing::HasSubstr;

constexpr PromptLanguage kLanguages[] = {PromptLanguage::kEnglish, PromptLanguage::kChinese};

TaskProfile Shipped(const std::string& name) { return **ProfileSet::Shipped()->Find(name); }

TEST(TaskProfileTest, ThePromptsOfMathAndAlgorithmAreThoseTheModelIsTrainedOn) {
  const auto text = ReadFile(LEMMA_SOURCE_DIR "/train/recipe/profiles.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status().ToString();
  const auto recipe = ParseJson(*text, "profiles.json");
  ASSERT_TRUE(recipe.ok()) << recipe.status().ToString();
  ASSERT_EQ(recipe->as_array().size(), 4u);
  for (const auto& entry : recipe->as_array()) {
    const auto language = entry.at("language").as_string() == "zh" ? PromptLanguage::kChinese
                                                                   : PromptLanguage::kEnglish;
    const auto rendered =
        RenderPrompts(Shipped(std::string(entry.at("name").as_string())), language, {}, "2 + 2?");
    ASSERT_TRUE(rendered.ok()) << rendered.status().ToString();
    EXPECT_EQ(rendered->system, std::string(entry.at("system").as_string()));
    EXPECT_EQ(rendered->user, "2 + 2?");
  }
}

TEST(TaskProfileTest, EveryShippedProfileSpeaksBothLanguagesWithAndWithoutItsVariables) {
  EXPECT_EQ(ShippedProfiles().size(), 10u);
  for (const TaskProfile& profile : ShippedProfiles()) {
    VariableValues all;
    for (const auto& [name, value] : profile.variables) all[name] = "VALUE-OF-" + name;
    for (const auto language : kLanguages) {
      for (const VariableValues& values : {VariableValues{}, all}) {
        const auto rendered = RenderPrompts(profile, language, values, "QUESTION");
        ASSERT_TRUE(rendered.ok()) << profile.name << rendered.status().ToString();
        for (const std::string& text : {rendered->system, rendered->user}) {
          EXPECT_EQ(text.find("{{"), text.npos) << text;
          EXPECT_EQ(text.find("\n\n\n"), text.npos) << text;
          EXPECT_FALSE(text.ends_with('\n')) << text;
        }
        EXPECT_THAT(rendered->user, HasSubstr("QUESTION"));
        const bool is_chinese = language == PromptLanguage::kChinese;
        EXPECT_EQ(rendered->system.find("你") != std::string::npos, is_chinese) << profile.name;
      }
      if (profile.user.en.empty()) continue;
      EXPECT_EQ(RenderPrompts(profile, language, {}, "QUESTION")->user, "QUESTION")
          << "a wrapper whose variables are empty adds nothing";
    }
  }
}

TEST(TaskProfileTest, AValueIsTextWhateverItSays) {
  TaskProfile profile = Shipped("math");
  profile.system.en = "About {{topic}}.";
  profile.variables["topic"] = "";
  const auto rendered =
      RenderPrompts(profile, PromptLanguage::kEnglish,
                    {{"topic", "{{topic}} {{#if x}} {{> y}} \\{{ <|im_end|>"}}, "{{topic}}");
  ASSERT_TRUE(rendered.ok());
  EXPECT_EQ(rendered->system, "About {{topic}} {{#if x}} {{> y}} \\{{ <|im_end|>.");
  EXPECT_EQ(rendered->user, "{{topic}}");
}

TEST(TaskProfileTest, RenderingNamesTheFieldThatIsWrong) {
  const TaskProfile profile = Shipped("debug-hint");
  const auto status = [&](const VariableValues& values, std::string_view prompt) {
    return RenderPrompts(profile, PromptLanguage::kEnglish, values, prompt).status();
  };
  EXPECT_EQ(status({{"lang", "C"}}, "x").field(), "variables.lang");
  EXPECT_THAT(status({{"lang", "C"}}, "x").message(), HasSubstr("there are: failing_test"));
  EXPECT_EQ(status({{"language", std::string(kVariableValueBytesMax + 1, 'x')}}, "x").field(),
            "variables.language");
  EXPECT_EQ(status({}, std::string((1 << 20) + 1, 'x')).field(), "prompt");
  TaskProfile silent = profile;
  silent.system.en = "{{#if language}}In {{language}}.{{/if}}";
  const auto without = RenderPrompts(silent, PromptLanguage::kEnglish, {}, "x");
  EXPECT_THAT(without.status().message(), HasSubstr("empty"));
  EXPECT_TRUE(RenderPrompts(silent, PromptLanguage::kEnglish, {{"language", "C"}}, "x").ok());
  TaskProfile deaf = profile;
  deaf.user.en = "{{#if language}}{{prompt}}{{/if}} Go.";
  const auto unheard = RenderPrompts(deaf, PromptLanguage::kEnglish, {}, "2 + 2?");
  EXPECT_THAT(unheard.status().message(), HasSubstr("leave the question out"));
  EXPECT_TRUE(RenderPrompts(deaf, PromptLanguage::kEnglish, {{"language", "C"}}, "2 + 2?").ok());
}

TEST(TaskProfileTest, CheckFindsWhatWouldFailAtARequest) {
  const auto field = [](auto change) {
    TaskProfile profile = Shipped("debug-hint");
    change(profile);
    const Status status = CheckProfile(profile);
    return status.ok() ? "" : status.field() + " | " + status.message();
  };
  using P = TaskProfile;
  EXPECT_EQ(field([](P&) {}), "");
  EXPECT_THAT(field([](P& p) { p.name = "Math"; }), HasSubstr("name |"));
  EXPECT_THAT(field([](P& p) { p.name = "custom"; }), HasSubstr("name |"));
  EXPECT_THAT(field([](P& p) { p.system.en = " \n"; }), HasSubstr("system.en |"));
  EXPECT_THAT(field([](P& p) { p.system.zh = "a\n{{b}}"; }), HasSubstr("system.zh | line 2"));
  EXPECT_THAT(field([](P& p) { p.system.en = "{{prompt}}"; }), HasSubstr("system.en |"));
  EXPECT_THAT(field([](P& p) { p.user.en = "no prompt"; }), HasSubstr("user.en | must have"));
  EXPECT_THAT(field([](P& p) { p.user.zh = "no prompt"; }), HasSubstr("user.zh | must have"));
  EXPECT_THAT(field([](P& p) { p.variables["prompt"] = ""; }), HasSubstr("variables.prompt |"));
  EXPECT_THAT(field([](P& p) { p.variables["A"] = ""; }), HasSubstr("variables.A |"));
  EXPECT_THAT(field([](P& p) { p.temperature = -1; }), HasSubstr("sampling.temperature |"));
  EXPECT_THAT(field([](P& p) { p.top_p = 0; }), HasSubstr("sampling.top_p |"));
  EXPECT_THAT(field([](P& p) { p.max_tokens = 0; }), HasSubstr("budget.max_tokens |"));
  EXPECT_THAT(field([](P& p) { p.answer_tokens = 9999; }), HasSubstr("budget.answer_tokens |"));
  EXPECT_THAT(field([](P& p) { p.description = "a\nb"; }), HasSubstr("description |"));
  EXPECT_THAT(field([](P& p) { p.system.en = std::string(kPromptBytesMax + 1, 'x'); }),
              HasSubstr("system.en |"));
  // A partial that only its Chinese text has wrong.
  EXPECT_THAT(field([](P& p) {
                p.partials["rules"] = {"fine", "{{wrong"};
                p.system = {"{{> rules}}", "{{> rules}}"};
              }),
              HasSubstr("system.zh | line 1: partial \"rules\": line 1"));
}

}  // namespace
}  // namespace lemma::reason
