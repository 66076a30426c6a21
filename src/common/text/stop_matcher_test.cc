#include "common/text/stop_matcher.h"

#include <gtest/gtest.h>

#include "common/text/test_tokenizer.h"

namespace lemma::text {
namespace {

StopMatcher::Match MatchAll(const std::vector<std::string>& stops,
                            const std::vector<std::string>& pushes) {
  StopMatcher matcher(stops);
  StopMatcher::Match all;
  for (const std::string& push : pushes) {
    const StopMatcher::Match match = matcher.Push(push);
    all.text += match.text;
    all.stopped = match.stopped;
    all.stop_string = match.stop_string;
    if (all.stopped) return all;
  }
  all.text += matcher.Finish();
  return all;
}

TEST(StopMatcher, EndsTheTextBeforeTheStopString) {
  const auto match = MatchAll({"###"}, {"one #", "# two ", "#", "##three"});
  EXPECT_TRUE(match.stopped);
  EXPECT_EQ(match.text, "one ## two ");
  EXPECT_EQ(match.stop_string, "###");
}

TEST(StopMatcher, HoldsBackOnlyWhatMayBeTheStart) {
  StopMatcher matcher({"\n\nUser:"});
  EXPECT_EQ(matcher.Push("a\n").text, "a");
  EXPECT_EQ(matcher.Push("\nU").text, "");
  EXPECT_EQ(matcher.Push("se").text, "");
  EXPECT_EQ(matcher.Push("ful").text, "\n\nUseful");
  EXPECT_EQ(matcher.Push("\n\nUser").text, "");
  EXPECT_EQ(matcher.Finish(), "\n\nUser");
}

TEST(StopMatcher, TheFirstToBeCompleteWinsAndTheLongestOfEquals) {
  EXPECT_EQ(MatchAll({"abcd", "bc"}, {"xabcd"}).stop_string, "bc");
  EXPECT_EQ(MatchAll({"bc", "abc"}, {"xabcd"}).stop_string, "abc");
  EXPECT_EQ(MatchAll({"bc", "abc"}, {"xabcd"}).text, "x");
  EXPECT_EQ(MatchAll({"ab", "abc"}, {"xabc"}).stop_string, "ab");
}

TEST(StopMatcher, WithoutStopStringsAllTextPasses) {
  StopMatcher matcher({"", ""});
  EXPECT_EQ(matcher.Push("anything").text, "anything");
  EXPECT_EQ(matcher.Finish(), "");
}

TEST(StopMatcher, AnyCutsGiveTheSame) {
  std::mt19937 random(9);
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::string> stops;
    for (size_t n = random() % 4; n > 0; --n) stops.push_back(RandomText(random, {"a", "b"}, 4));
    const std::string text = RandomText(random, {"a", "b", "c"}, 20);
    const auto whole = MatchAll(stops, {text});
    const auto cut = MatchAll(stops, RandomCuts(random, text));
    ASSERT_EQ(cut.text, whole.text) << text;
    ASSERT_EQ(cut.stopped, whole.stopped) << text;
    ASSERT_EQ(cut.stop_string, whole.stop_string) << text;
    if (!whole.stopped) {
      ASSERT_EQ(whole.text, text);
    }
  }
}

}  // namespace
}  // namespace lemma::text
