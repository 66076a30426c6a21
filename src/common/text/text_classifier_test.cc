#include "common/text/text_classifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

namespace lemma::text {
namespace {

std::set<uint16_t> FeaturesOf(std::string_view text) {
  const std::vector<uint16_t> features = TextFeatures(text);
  const std::set<uint16_t> distinct(features.begin(), features.end());
  EXPECT_EQ(distinct.size(), features.size()) << "each once";
  return distinct;
}

TEST(TextFeaturesTest, CaseAndWhichNumberDoNotCount) {
  EXPECT_EQ(FeaturesOf("What is 17 * 23?"), FeaturesOf("what  IS\n4 * 99999 ?"));
  EXPECT_NE(FeaturesOf("What is 17 * 23?"), FeaturesOf("What is 17 + 23?"));
}

TEST(TextFeaturesTest, TheOrderOfWordsAndOfChineseCharactersCounts) {
  EXPECT_NE(FeaturesOf("a man bites a dog"), FeaturesOf("a dog bites a man"));
  EXPECT_NE(FeaturesOf("求最大公约数"), FeaturesOf("最大公约数求"));
}

TEST(TextFeaturesTest, OfALongTextTheBeginningAndTheEndCount) {
  const std::string begin = "write a program ", end = " in which language?";
  const std::string middle(1 << 20, ' ');
  EXPECT_EQ(FeaturesOf(begin + middle + end), FeaturesOf(begin + middle + middle + end));
  EXPECT_NE(FeaturesOf(begin + middle + end), FeaturesOf(begin + middle + " in which year?"));
  EXPECT_NE(FeaturesOf(begin + middle + end), FeaturesOf("play a program" + middle + end));
}

TEST(TextFeaturesTest, AnyBytesWillDo) {
  for (const std::string& text : {std::string(), std::string("\xff\xfe\x00\x80", 4),
                                  std::string(100, '\xe4'), std::string("中") + "\xe4\xb8"}) {
    EXPECT_GE(FeaturesOf(text).size(), 1u);
  }
}

// Two classes: one whose weight is high for a text's features, and one that has none.
TextClassifier ModelFor(std::string_view text) {
  std::vector<TextClassifier::Row> rows(kFeatureBuckets);
  for (const uint16_t bucket : TextFeatures(text)) rows[bucket] = {25, -25};
  return TextClassifier({"this", "that"}, std::move(rows));
}

TEST(TextClassifierTest, ScoresAddUpAndAFileGivesTheSameScores) {
  const TextClassifier model = ModelFor("a word");
  const auto read = TextClassifier::Parse(model.ToText());
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->classes(), model.classes());
  EXPECT_EQ(read->ToText(), model.ToText());
  const std::vector<float> scores = read->Scores("a word");
  const float expected = 25 * std::sqrt(static_cast<float>(FeaturesOf("a word").size()));
  EXPECT_FLOAT_EQ(scores[0], expected);
  EXPECT_FLOAT_EQ(scores[1], -expected);
  EXPECT_LT(read->Scores("something else altogether")[0], scores[0] / 2);
}

TEST(TextClassifierTest, ADamagedFileIsRefused) {
  const std::string good = ModelFor("a word").ToText();
  std::string bad_letter = good, short_line = good;
  bad_letter[good.find("yA")] = '!';
  short_line.erase(good.find("yA"), 1);
  for (const std::string& file :
       {std::string(), std::string("\n") + good, good + "yA\n", bad_letter, short_line}) {
    const auto read = TextClassifier::Parse(file);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.status().code(), StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace lemma::text
