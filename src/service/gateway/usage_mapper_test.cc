#include "service/gateway/usage_mapper.h"

#include <gtest/gtest.h>

namespace lemma::gateway {
namespace {

std::string Cut(const std::string& text) {
  const UsageMember usage = FindUsage(text);
  return text.substr(0, usage.begin) + text.substr(usage.end);
}

TEST(FindUsageTest, TheMemberIsCutWithTheCommaThatGoesWithIt) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"a":1,"usage":{"x":{"y":2}}})", R"({"a":1})"},
      {R"({"usage":{"x":2},"a":1})", R"({"a":1})"},
      {R"({"a":1,"usage":null,"b":2})", R"({"a":1,"b":2})"},
      {R"({"a": 1, "usage" : {"x": 2} , "b":2})", R"({"a": 1 , "b":2})"},
      {R"({"usage":{}})", "{}"},
      {R"({"usage":{"x":"}\"{"},"a":1})", R"({"a":1})"},
  };
  for (const auto& [text, without] : cases) EXPECT_EQ(Cut(text), without) << text;
  EXPECT_EQ(FindUsage(cases[0].first).value, R"({"x":{"y":2}})");
}

TEST(FindUsageTest, ThatOfAChoiceIsNotIt) {
  EXPECT_EQ(FindUsage(R"({"choices":[{"a":"]}\"","usage":{"y":1}}],"usage":{"x":2}})").value,
            R"({"x":2})");
  EXPECT_EQ(FindUsage(R"({"choices":[{"usage":{"y":1}}]})").value, "");
}

TEST(FindUsageTest, TextThatSpellsItIsNotIt) {
  for (const char* text :
       {R"({"content":"\"usage\":{}"})", R"({"content":"usage"})", R"({"token":"usage","x":{}})",
        R"({"top_logprobs":[{"usage":-0.5}]})", R"({"usage":7})", R"({"usage":{"cut)", "", "{}"}) {
    EXPECT_EQ(FindUsage(text).value, "") << text;
  }
}

}  // namespace
}  // namespace lemma::gateway
