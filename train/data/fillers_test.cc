#include "train/data/fillers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace lemma::train {
namespace {

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

TEST(FillersTest, AllWordsOfTheQuestionStayInOrder) {
  Rng rng(1);
  const std::string question = "A bag has 3 red and 4 blue balls, and one is drawn. Find P(red).";
  int n_changed = 0;
  for (int i = 0; i < 200; ++i) {
    const std::vector<std::string> before = Words(question),
                                   after = Words(WithFillers(rng, question));
    n_changed += after.size() > before.size();
    EXPECT_LE(after.size(), before.size() + 3);
    auto at = after.begin();
    for (const std::string& word : before) {
      at = std::find(at, after.end(), word);
      ASSERT_NE(at, after.end()) << word;
      ++at;
    }
  }
  EXPECT_EQ(n_changed, 200);
}

TEST(FillersTest, NumbersUnitsAndFormulasStayAsTheyAre) {
  Rng rng(2);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(WithFillers(rng, "Compute $3 \\times 4$ and then add 5."),
              "Compute $3 \\times 4$ and then add 5.");
    EXPECT_EQ(WithFillers(rng, "3 x + 4 y = 5"), "3 x + 4 y = 5");
    EXPECT_NE(WithFillers(rng, "A car drives 30 km in 2 hours").find("30 km"), std::string::npos);
  }
}

TEST(FillersTest, ChineseIsFilledInFrontAndAfterCommas) {
  Rng rng(3);
  const std::string question = "袋中有 3 个红球, 任取一个, 是红球的概率是多少?";
  for (int i = 0; i < 100; ++i) {
    const std::string filled = WithFillers(rng, question);
    EXPECT_GT(filled.size(), question.size());
    for (const char* part : {"袋中有 3 个红球", "任取一个", "是红球的概率是多少?"}) {
      EXPECT_NE(filled.find(part), std::string::npos) << filled;
    }
  }
}

}  // namespace
}  // namespace lemma::train
