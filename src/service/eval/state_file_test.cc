// Property: what was appended is there again, whatever a kill left at the end; samples of another
// run are never taken for this one's.
#include "service/eval/state_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "service/eval/test_files.h"

namespace lemma::eval {
namespace {

Dataset OneProblem() {
  Dataset dataset;
  dataset.name = "d.jsonl";
  dataset.digest = "00";
  dataset.problems.emplace_back().id = "a";
  return dataset;
}

SampleResult Result() {
  SampleResult result;
  result.outcome = Outcome::kLooped;
  result.answer = "\"1\"\n";
  result.detail = "why";
  result.is_cut = result.has_looped = true;
  result.tokens = 12;
  result.seconds = 0.25;
  return result;
}

class StateFileTest : public testing::Test {
 protected:
  lemma::Result<std::unique_ptr<StateFile>> Open() {
    return StateFile::Open(folder_ / "s.jsonl", dataset_, settings_);
  }
  void Write(int n_samples) {
    const auto file = Open();
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    for (int i = 0; i < n_samples; ++i) ASSERT_TRUE((*file)->Append("a", i, Result()).ok());
  }
  int Count() {
    const auto file = Open();
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    int n = 0;
    while ((*file)->Find("a", n) != nullptr) ++n;
    return n;
  }

  const TestFolder folder_;
  Dataset dataset_ = OneProblem();
  RunSettings settings_;
};

TEST_F(StateFileTest, WhatWasAppendedIsThereAgain) {
  Write(2);
  const auto file = Open();
  ASSERT_TRUE(file.ok());
  const SampleResult* result = (*file)->Find("a", 1);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(RenderSampleResult(*result), RenderSampleResult(Result()));
  EXPECT_EQ((*file)->Find("a", 2), nullptr);
  EXPECT_EQ((*file)->Find("b", 0), nullptr);
}

// Wherever the file ends, whole lines are kept and the next run can append.
TEST_F(StateFileTest, ATornEndCostsOneLineAtMost) {
  Write(3);
  const std::string whole = folder_.Read("s.jsonl");
  for (size_t bytes = 0; bytes <= whole.size(); ++bytes) {
    const std::string text = whole.substr(0, bytes);
    folder_.Write("s.jsonl", text);
    const auto n_lines = std::count(text.begin(), text.end(), '\n');
    const int n_kept = std::max(0, static_cast<int>(n_lines) - 1);
    ASSERT_EQ(Count(), n_kept) << bytes;
    {
      const auto file = Open();
      ASSERT_TRUE((*file)->Append("a", n_kept, Result()).ok());
    }
    ASSERT_EQ(Count(), n_kept + 1) << bytes;
  }
}

TEST_F(StateFileTest, AnotherRunIsRefusedWithWhatDiffers) {
  Write(1);
  settings_.temperature = 0.5;
  settings_.profile = "math";
  auto refused = Open();
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(refused.status().message().find("profile: \"math\" against not set, temperature: "),
            std::string::npos)
      << refused.status().message();
  settings_ = {};
  dataset_.digest = "01";
  refused = Open();
  EXPECT_EQ(refused.status().message(),
            (folder_ / "s.jsonl").string() +
                ": holds samples of another run (now against then): of the dataset digest: \"01\" "
                "against \"00\". Use what it was begun with, choose another --out, or delete it");
  settings_.seed = 2;
  refused = Open();
  EXPECT_NE(refused.status().message().find("against \"00\"; seed: 2 against 1. Use"),
            std::string::npos)
      << refused.status().message();
}

TEST_F(StateFileTest, SamplesOfAnotherComputationAreRefused) {
  settings_.system_fingerprint = "lemma q4 weights";
  Write(1);
  EXPECT_EQ(Count(), 1);
  settings_.system_fingerprint = "lemma bf16 weights";
  const auto refused = Open();
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(refused.status().message().find(
                "system_fingerprint: \"lemma bf16 weights\" against \"lemma q4 weights\""),
            std::string::npos)
      << refused.status().message();
  settings_.system_fingerprint = "";  // a server that does not say it
  EXPECT_EQ(Count(), 1);
}

// Files of before they named it.
TEST_F(StateFileTest, AFileThatDoesNotSayWhatComputedIsGoneOnWith) {
  Write(1);
  settings_.system_fingerprint = "lemma bf16 weights";
  EXPECT_EQ(Count(), 1);
}

TEST_F(StateFileTest, TwoRunsDoNotShareAFile) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Open().status().code(), StatusCode::kUnavailable);
}

TEST_F(StateFileTest, WhatIsNoStateIsLeftAlone) {
  folder_.Write("s.jsonl", "a letter\nof two lines\n");
  EXPECT_EQ(Open().status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(folder_.Read("s.jsonl"), "a letter\nof two lines\n");
  std::filesystem::remove(folder_ / "s.jsonl");
  Write(1);
  std::ofstream(folder_ / "s.jsonl", std::ios::app) << "{\"problem\": \"a\"}\n";
  const auto damaged = Open();
  EXPECT_NE(damaged.status().message().find("line 3: sample is missing"), std::string::npos)
      << damaged.status().message();
}

}  // namespace
}  // namespace lemma::eval
