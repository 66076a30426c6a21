#include "service/reason/request_classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/base/file.h"
#include "service/reason/profile_set.h"
#include "service/reason/test_requests.h"

namespace lemma::reason {
namespace {

std::vector<LabelledRequest> HandWritten() {
  const auto file =
      ReadFile(LEMMA_SOURCE_DIR "/src/service/reason/classified_requests.txt", 1 << 20);
  LEMMA_CHECK(file.ok(), file.status().message().c_str());
  return ParseLabelledRequests(*file);
}

bool IsOneOf(std::string_view name, const LabelledRequest& request) {
  return std::ranges::find(request.labels, name) != request.labels.end();
}

TEST(RequestClassifierTest, NoProblemIsRefused) {
  int n_problems = 0;
  for (const LabelledRequest& request : HandWritten()) {
    if (IsOneOf("off-domain", request)) continue;
    ++n_problems;
    EXPECT_FALSE(IsOffDomain(request.text)) << request.text;
  }
  EXPECT_GE(n_problems, 150);
}

// The floors of what docs/profiles.md says.
TEST(RequestClassifierTest, MostThatIsOffDomainIsFound) {
  int n = 0, n_found = 0;
  for (const LabelledRequest& request : HandWritten()) {
    if (!IsOneOf("off-domain", request)) continue;
    ++n;
    n_found += IsOffDomain(request.text);
  }
  EXPECT_GE(n, 80);
  EXPECT_GE(n_found, n * 7 / 10);
}

TEST(RequestClassifierTest, TheProfileIsRightNineTimesInTen) {
  int n = 0, n_right = 0;
  for (const LabelledRequest& request : HandWritten()) {
    if (IsOneOf("off-domain", request)) continue;
    ++n;
    n_right += IsOneOf(RankProfiles(request.text).front(), request);
  }
  EXPECT_GE(n_right, n * 9 / 10) << "of " << n;
}

TEST(RequestClassifierTest, EveryShippedProfileIsRankedOnce) {
  std::vector<std::string> shipped = ProfileSet::Shipped()->names();
  for (const char* text : {"", "17*23", "write a poem", "你好"}) {
    const std::vector<std::string_view> names = RankProfiles(text);
    std::vector<std::string> ranked(names.begin(), names.end());
    std::ranges::sort(ranked);
    EXPECT_EQ(ranked, shipped);
  }
}

TEST(RequestClassifierTest, FormulasAndTextsWithoutWordsAreNeverOffDomain) {
  for (const char* text : {"", "   ", "25-7", "?", "24/7", "hello, 3x + 4 = 7", "Is i < n?",
                           "Write a poem about \\frac{1}{2}", "tell me a joke about 2^10",
                           "写一首诗,关于 ∫ x dx", "Hello! ```print(1)```"}) {
    EXPECT_FALSE(IsOffDomain(text)) << text;
  }
  EXPECT_TRUE(IsOffDomain("Hello! Tell me a joke."));
}

TEST(RequestClassifierTest, BrokenBytesAndLongTextsAreTakenAsTheyAre) {
  const std::string bytes("\xff\xfe\x80 \x00 \xe4\xbd", 8);
  EXPECT_EQ(RankProfiles(bytes).size(), 10u);
  const std::string longest = "Write a program that sorts " + std::string(8 << 20, 'x');
  EXPECT_EQ(RankProfiles(longest).front(), "algorithm");
}

}  // namespace
}  // namespace lemma::reason
