// Properties: training is deterministic and the shipped weights are its result; what is measured
// was never learnt; the linear model alone tells the held-out requests apart.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "common/base/file.h"
#include "train/classifier/examples.h"
#include "train/classifier/perceptron.h"

namespace lemma::train {
namespace {

const std::filesystem::path kRoot = LEMMA_SOURCE_DIR;

std::vector<LabelledText> Examples(Split split) {
  auto examples = ClassifierExamples(kRoot, split);
  LEMMA_CHECK(examples.ok(), examples.status().message().c_str());
  return std::move(*examples);
}

TEST(ClassifierTest, TheShippedWeightsAreWhatTrainingGives) {
  const auto shipped = ReadFile(kRoot / "src/service/reason/classifier_weights.txt", 1 << 20);
  ASSERT_TRUE(shipped.ok());
  EXPECT_TRUE(TrainClassifier(Examples(Split::kTrain)).ToText() == *shipped)
      << "run lemma-train classifier, then look at docs/profiles.md";
}

TEST(ClassifierTest, WhatIsMeasuredWasNotLearnt) {
  std::set<std::string> learnt;
  for (const LabelledText& one : Examples(Split::kTrain)) learnt.insert(one.text);
  for (const char* name : {kPhrasesFile, kHeldOutPhrasesFile}) {
    const auto file = ReadFile(kRoot / name, 1 << 20);
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE(Phrases::Parse(*file).ok());
  }
  for (const LabelledText& one : Examples(Split::kHeldOut)) {
    EXPECT_FALSE(learnt.contains(one.text)) << one.text;
  }
}

TEST(ClassifierTest, NoTemplateAndNoFillerIsInBothFiles) {
  const auto parts_of = [](const char* name) {
    const auto file = ReadFile(kRoot / name, 1 << 20);
    const auto phrases = Phrases::Parse(*file);
    std::set<std::string> parts = phrases->fillers();
    for (const LabelledText& one : phrases->templates()) parts.insert(one.text);
    return parts;
  };
  const std::set<std::string> learnt = parts_of(kPhrasesFile);
  const std::set<std::string> held_out = parts_of(kHeldOutPhrasesFile);
  EXPECT_GT(held_out.size(), 200u);
  for (const std::string& part : held_out) EXPECT_FALSE(learnt.contains(part)) << part;
}

TEST(ClassifierTest, HeldOutRequestsAreToldApart) {
  const text::TextClassifier model = TrainClassifier(Examples(Split::kTrain));
  const std::vector<LabelledText> examples = Examples(Split::kHeldOut);
  size_t n_right = 0;
  for (const LabelledText& one : examples) {
    const std::vector<float> scores = model.Scores(one.text);
    n_right += model.classes()[std::ranges::max_element(scores) - scores.begin()] == one.label;
  }
  EXPECT_GT(examples.size(), 1000u);
  EXPECT_GT(n_right, examples.size() * 93 / 100) << "of " << examples.size();
}

TEST(PhrasesTest, FillersAreFilledInAndOtherBracesStay) {
  const auto phrases =
      Phrases::Parse("# a comment\n@a = x{b} | x{b}\n@b = y\n[l]\n{a} {c} {n}\\nz");
  ASSERT_TRUE(phrases.ok());
  Rng rng(1);
  const std::vector<LabelledText> texts = phrases->Write(2, rng);
  ASSERT_EQ(texts.size(), 2u);
  for (const LabelledText& one : texts) {
    EXPECT_EQ(one.label, "l");
    EXPECT_TRUE(one.text.starts_with("xy {c} ")) << one.text;
    EXPECT_TRUE(one.text.ends_with("\nz")) << one.text;
    EXPECT_EQ(one.text.find("{n}"), std::string::npos);
    EXPECT_EQ(FormatLabelledText(one).find('\n'), std::string::npos);
  }
}

TEST(PhrasesTest, MistakesNameTheirLine) {
  for (const char* file : {"[l]\nok\n@a x", "\n\nno label"}) {
    const auto phrases = Phrases::Parse(file);
    ASSERT_FALSE(phrases.ok());
    EXPECT_NE(phrases.status().message().find("line 3"), std::string::npos);
  }
}

}  // namespace
}  // namespace lemma::train
