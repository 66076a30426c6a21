#include "service/reason/prompt_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

namespace lemma::reason {
namespace {

using testing::HasSubstr;
using Texts = std::map<std::string, std::string, std::less<>>;

TemplateNames NamesOf(const Texts& variables, const Texts& partials = {}) {
  const auto in = [](const Texts& texts) {
    // What the views are of must outlive the call.
    return [kept = std::make_shared<const Texts>(texts)](
               std::string_view name) -> std::optional<std::string_view> {
      const auto found = kept->find(name);
      if (found == kept->end()) return std::nullopt;
      return found->second;
    };
  };
  return {in(variables), in(partials)};
}

// The text, or "! " and what is wrong.
std::string Render(std::string_view text, const Texts& variables = {}, const Texts& partials = {}) {
  const auto rendered = RenderTemplate(text, NamesOf(variables, partials));
  return rendered.ok() ? *rendered : "! " + rendered.status().message();
}

TEST(PromptTemplateTest, VariablesConditionsAndPartials) {
  const Texts values = {{"a", "1"}, {"empty", ""}, {"long_name2", "x y"}};
  EXPECT_EQ(Render("", values), "");
  EXPECT_EQ(Render("a {{a}} { } }} {{ a }}", values), "a 1 { } }} 1");
  EXPECT_EQ(Render("{{#if a}}A{{else}}B{{/if}}C", values), "AC");
  EXPECT_EQ(Render("{{#if empty}}A{{else}}B{{/if}}C", values), "BC");
  EXPECT_EQ(Render("{{#if empty}}A{{/if}}C", values), "C");
  EXPECT_EQ(Render("{{#if a}}{{#if empty}}x{{else}}{{long_name2}}{{/if}}{{/if}}", values), "x y");
  EXPECT_EQ(Render("{{#if empty}}{{#if a}}x{{else}}y{{/if}}{{else}}z{{/if}}", values), "z");
  EXPECT_EQ(Render("{{> p}}-{{>p}}", values, {{"p", "<{{a}}>"}}), "<1>-<1>");
  EXPECT_EQ(Render("x\\{{a}} \\boxed{1} 你好", values), "x{{a}} \\boxed{1} 你好");
}

TEST(PromptTemplateTest, ATagAloneOnItsLineTakesTheLine) {
  const Texts values = {{"a", "1"}, {"empty", ""}};
  EXPECT_EQ(Render("one\n{{#if a}}\ntwo\n{{else}}\nthree\n{{/if}}\nfour", values),
            "one\ntwo\nfour");
  EXPECT_EQ(Render("one\n  {{#if empty}}\ntwo\n  {{/if}} \r\nfour", values), "one\nfour");
  EXPECT_EQ(Render("x  {{#if empty}}\n  {{/if}}\ny", values), "x  y") << "shown blanks stay";
  EXPECT_EQ(Render("{{a}}\n", values), "1\n");
  EXPECT_EQ(Render("a {{#if a}}\nb{{/if}}\nc", values), "a \nb\nc");
}

TEST(PromptTemplateTest, WhatIsWrongIsSaidWithItsLine) {
  const Texts values = {{"a", "1"}};
  for (const auto& [text, message] : std::initializer_list<std::pair<const char*, const char*>>{
           {"x\ny {{b}}", "! line 2: no variable \"b\""},
           {"\n{{#if a}}\n", "! line 2: {{#if}} has no {{/if}}"},
           {"{{#if a}}{{else}}\n", "! line 1: {{#if}} has no {{/if}}"},
           {"\n\n{{/if}}", "! line 3: {{/if}} without"},
           {"{{else}}", "! line 1: {{else}} without"},
           {"{{#if a}}{{else}}\n{{else}}{{/if}}", "! line 2: {{else}} without"},
           {"{{a", "! line 1: {{ has no }}"},
           {"{{}}", "\"{{}}\" is no tag"},
           {"{{a b}}", "\"{{a b}}\" is no tag"},
           {"{{A}}", "is no tag"},
           {"{{#each a}}", "is no tag"},
           {"{{#if a == 1}}", "is no tag"},
           {"{{a.b}}", "is no tag"},
           {"{{a|upper}}", "is no tag"},
           {"{{{a}}}", "is no tag"},
           {"{{__proto__}}", "is no tag"},
           {"{{> nobody}}", "line 1: there is no partial \"nobody\""},
       }) {
    EXPECT_THAT(Render(text, values), HasSubstr(message)) << text;
  }
  EXPECT_EQ(Render("\n{{> p}}", values, {{"p", "\n\n{{b}}"}}),
            "! line 2: partial \"p\": line 3: no variable \"b\" is declared");
}

TEST(PromptTemplateTest, CheckAlsoReadsWhatNoValueShows) {
  const auto check = [](std::string_view text, const Texts& partials = {}) {
    return CheckTemplate(text, NamesOf({{"a", ""}, {"b", ""}}, partials));
  };
  EXPECT_THAT(*check("{{#if a}}{{b}}{{/if}}"), testing::ElementsAre("a", "b"));
  EXPECT_FALSE(check("{{#if a}}{{c}}{{/if}}").ok());
  EXPECT_FALSE(check("{{#if a}}{{> p}}{{/if}}", {{"p", "{{c}}"}}).ok());
  EXPECT_THAT(*check("{{#if a}}{{> p}}{{/if}}", {{"p", "{{b}}"}}), testing::ElementsAre("a", "b"));
}

TEST(PromptTemplateTest, DepthWorkAndOutputAreBounded) {
  std::string deep, end;
  for (int i = 0; i < kTemplateDepthMax; ++i) {
    deep += "{{#if a}}";
    end += "{{/if}}";
  }
  EXPECT_EQ(Render(deep + "x" + end, {{"a", "1"}}), "x");
  EXPECT_THAT(Render("{{#if a}}" + deep + end + "{{/if}}", {{"a", "1"}}), HasSubstr("deep"));
  EXPECT_THAT(Render("{{> p}}", {}, {{"p", "{{> p}}"}}), HasSubstr("deep"));
  // Each doubles the next: 2^8 times 10^3 tags that show nothing.
  Texts partials;
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "{{empty}}";
  for (int i = 1; i < kTemplateDepthMax; ++i) {
    const std::string next = "{{> p" + std::to_string(i + 1) + "}}";
    partials["p" + std::to_string(i)] = next + next;
  }
  partials["p" + std::to_string(kTemplateDepthMax)] = thousand;
  EXPECT_THAT(Render("{{> p1}}", {{"empty", ""}}, partials), HasSubstr("tags"));
  const std::string big(kTemplateOutputMax / 2, 'x');
  EXPECT_EQ(Render("{{a}}{{a}}", {{"a", big}}).size(), kTemplateOutputMax);
  EXPECT_THAT(Render("{{a}}{{a}}y", {{"a", big}}), HasSubstr("bytes"));
}

TEST(PromptTemplateTest, AnyTextRendersOrSaysWhy) {
  constexpr const char* kPieces[] = {
      "{{", "}}", "{{a}}", "{{#if a}}", "{{/if}}",   "{{else}}", "\n", "{{> p}}", " ",
      "\\", "{",  "}",     "{{#if",     "{{#if b}}", "\xff",     "你", "\t",      "{{>"};
  std::mt19937 random(7);
  int n_rendered = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (unsigned n = random() % 12; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    const TemplateNames names = NamesOf({{"a", "1"}, {"b", ""}}, {{"p", "{{a}}{{#if b}}x{{/if}}"}});
    const bool checks = CheckTemplate(text, names).ok();
    EXPECT_EQ(RenderTemplate(text, names).ok(), checks) << text;
    n_rendered += checks;
  }
  EXPECT_GT(n_rendered, 1000);
}

}  // namespace
}  // namespace lemma::reason
