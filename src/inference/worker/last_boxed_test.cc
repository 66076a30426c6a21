#include "inference/worker/last_boxed.h"

#include <gtest/gtest.h>

#include <random>

#include "common/text/test_tokenizer.h"

namespace lemma::worker {
namespace {

std::string LastOf(const std::vector<std::string>& pushes) {
  LastBoxed boxed;
  for (const std::string& push : pushes) boxed.Push(push);
  return boxed.text();
}

TEST(LastBoxed, IsTheLastOneWhoseBracesAreClosed) {
  EXPECT_EQ(LastOf({"no box"}), "");
  EXPECT_EQ(LastOf({"\\boxed{1} and \\boxed{2} or \\boxed{3"}), "\\boxed{2}");
  EXPECT_EQ(LastOf({"\\boxed{\\frac{1}{2}} so"}), "\\boxed{\\frac{1}{2}}");
  EXPECT_EQ(LastOf({"\\boxed{\\{1, 2\\}}"}), "\\boxed{\\{1, 2\\}}");
  EXPECT_EQ(LastOf({"\\boxed{a\\\\} b}"}), "\\boxed{a\\\\}");
  EXPECT_EQ(LastOf({"\\boxed 7"}), "");
  const std::string late = "\\boxed{" + std::string(2 * LastBoxed::kBytesMax, 'x');
  EXPECT_EQ(LastOf({"\\boxed{1} " + late, "\\boxed{2}"}), "\\boxed{2}") << "an endless one is left";
}

TEST(LastBoxed, DoesNotDependOnHowTheTextIsCut) {
  std::mt19937 random(1);
  const std::vector<std::string> pieces = {"\\boxed{", "\\boxed", "{", "}",
                                           "\\",       "\\}",     "a", "\\b"};
  for (int i = 0; i < 2000; ++i) {
    const std::string text = text::RandomText(random, pieces, 20);
    EXPECT_EQ(LastOf(text::RandomCuts(random, text)), LastOf({text})) << text;
  }
}

}  // namespace
}  // namespace lemma::worker
