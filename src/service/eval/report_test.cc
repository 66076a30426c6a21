// Property: figures are the counts of the samples; a report that is read again compares as it was;
// a page holds nothing that is not its own; only a significant loss is a regression.
#include "service/eval/report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "service/eval/comparison.h"
#include "service/eval/html_report.h"
#include "service/eval/test_files.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

// `n_right` of the samples of each problem are right, the others say 1.
struct Evaluated {
  explicit Evaluated(const std::vector<int>& n_right, int n_samples = 4) {
    dataset.name = "<d>.jsonl";
    dataset.digest = "00";
    settings.model = "m & <script>";
    for (size_t i = 0; i < n_right.size(); ++i) {
      Problem& problem = dataset.problems.emplace_back();
      problem.id = "p" + std::to_string(i);
      problem.gold = "0";
      problem.family = i % 2 == 0 ? "even" : "odd";
      samples.emplace_back(n_samples);
      for (int j = 0; j < n_samples; ++j) {
        SampleResult& sample = samples.back()[j];
        sample.outcome = j < n_right[i] ? Outcome::kRight : Outcome::kWrong;
        sample.answer = j < n_right[i] ? "0" : "<b>1</b>";
        sample.tokens = 10 * (j + 1);
        sample.seconds = 0.5 * (j + 1);
      }
    }
    figures = ComputeFigures(dataset, settings, samples);
  }
  Report report() const { return {dataset, settings, samples, figures}; }

  Dataset dataset;
  RunSettings settings;
  Samples samples;
  Figures figures;
};

ReportedRun WrittenAndRead(const Evaluated& run) {
  const TestFolder folder;
  const auto path = folder.Write("r.json", json::serialize(RenderReport(run.report())));
  const auto read = ReadReport(path);
  EXPECT_TRUE(read.ok()) << read.status().ToString();
  return *read;
}

TEST(Report, ReadAgainMakesTheSamePage) {
  Evaluated run({4, 3, 0});
  run.settings.profile = "math@3";
  run.settings.temperature = 0.5;
  run.settings.loop_guard = false;
  const json::object report = RenderReport(run.report());
  const auto settings = ParseSettings(report.at("settings").as_object());
  const auto samples = ReportedSamples(report, run.dataset);
  ASSERT_TRUE(settings.ok() && samples.ok()) << samples.status().ToString();
  EXPECT_EQ(RenderSettings(*settings), RenderSettings(run.settings));
  const Figures figures = ComputeFigures(run.dataset, *settings, *samples);
  EXPECT_EQ(RenderHtmlReport({run.dataset, *settings, *samples, figures}),
            RenderHtmlReport(run.report()));
  std::swap(run.dataset.problems[0], run.dataset.problems[1]);
  EXPECT_FALSE(ReportedSamples(report, run.dataset).ok()) << "of problems in another order";
  run.dataset.problems.pop_back();
  EXPECT_FALSE(ReportedSamples(report, run.dataset).ok()) << "of other problems";
}

TEST(Report, SettingsThatAreNoneNameTheField) {
  EXPECT_EQ(ParseSettings({{"temprature", 1}}).status().field(), "settings.temprature");
  EXPECT_EQ(ParseSettings({{"temperature", 3}}).status().field(), "settings.temperature");
  EXPECT_EQ(ParseSettings({{"max_tokens", 0}}).status().field(), "settings.max_tokens");
}

TEST(Figures, AreTheCountsOfTheSamples) {
  Evaluated run({4, 3, 1, 0});
  EXPECT_DOUBLE_EQ(run.figures.pass_at_1, 0.5);
  ASSERT_EQ(run.figures.pass_at.size(), 3u);
  EXPECT_EQ(run.figures.pass_at.back().k, 4);
  EXPECT_DOUBLE_EQ(run.figures.pass_at.back().share, 0.75);
  EXPECT_DOUBLE_EQ(run.figures.cons_at.back().share, 0.5);
  EXPECT_DOUBLE_EQ(run.figures.shares[static_cast<size_t>(Outcome::kWrong)], 0.5);
  EXPECT_DOUBLE_EQ(run.figures.tokens.mean, 25);
  EXPECT_DOUBLE_EQ(run.figures.tokens.median, 25);
  EXPECT_EQ(run.figures.tokens_total, 400);
  EXPECT_FALSE(run.figures.deadline_kept);
  ASSERT_EQ(run.figures.families.size(), 2u);
  EXPECT_EQ(run.figures.families[0].name, "even");
  EXPECT_DOUBLE_EQ(run.figures.families[0].pass_at_1, 0.625);
  run.settings.deadline_ms = 1000;  // 0.5 and 1 s are in time, 1.5 and 2 are not
  EXPECT_DOUBLE_EQ(*ComputeFigures(run.dataset, run.settings, run.samples).deadline_kept, 0.5);
}

TEST(Figures, AnswersThatAreEqualInMeaningVoteTogether) {
  Evaluated run({0}, 5);
  const char* answers[] = {"1/2", "0.5", "\\frac12", "3", "3"};
  for (int i = 0; i < 5; ++i) {
    run.samples[0][i].answer = answers[i];
    run.samples[0][i].outcome = i < 3 ? Outcome::kRight : Outcome::kWrong;
  }
  const Figures figures = ComputeFigures(run.dataset, run.settings, run.samples);
  EXPECT_DOUBLE_EQ(figures.cons_at.back().share, 1);
}

TEST(Comparison, KnowsALossFromChance) {
  const Evaluated a({4, 4, 4, 4, 4, 4, 4, 4}), b({4, 1, 2, 1, 0, 3, 2, 3}),
      c({4, 4, 4, 4, 4, 4, 4, 3});
  const auto worse = Compare(WrittenAndRead(a), WrittenAndRead(b));
  ASSERT_TRUE(worse.ok());
  EXPECT_NEAR(worse->test.p, 2 / 128.0, 1e-12);
  EXPECT_TRUE(worse->IsRegression());
  ASSERT_EQ(worse->changes.size(), 7u);
  EXPECT_EQ(worse->changes.front().id, "p4");
  EXPECT_EQ(worse->changes.front().b.right, 0);
  const auto chance = Compare(WrittenAndRead(a), WrittenAndRead(c));
  EXPECT_LT(chance->test.difference, 0);
  EXPECT_FALSE(chance->IsRegression());
  const auto better = Compare(WrittenAndRead(b), WrittenAndRead(a));
  EXPECT_LT(better->test.p, kSignificance);
  EXPECT_FALSE(better->IsRegression());
}

TEST(Comparison, OfOtherProblemsIsRefused) {
  const Evaluated a({4, 4});
  Evaluated b({4, 4});
  b.dataset.digest = "01";
  EXPECT_FALSE(Compare(WrittenAndRead(a), WrittenAndRead(b)).ok());
}

TEST(Report, WhatIsNoneIsRefusedWithTheField) {
  const TestFolder folder;
  json::object whole = RenderReport(Evaluated({1}).report());
  for (const char* field : {"lemma_eval", "dataset", "settings", "figures", "problems"}) {
    json::object part = whole;
    part.erase(field);
    const auto read = ReadReport(folder.Write("r.json", json::serialize(part)));
    ASSERT_FALSE(read.ok());
    EXPECT_NE(read.status().message().find(std::string(field) + " is missing"), std::string::npos);
  }
  EXPECT_FALSE(ReadReport(folder.Write("r.json", "no")).ok());
}

TEST(HtmlReport, HoldsNothingThatIsNotItsOwn) {
  const std::string html = RenderHtmlReport(Evaluated({4, 3, 1, 0}).report());
  for (const char* foreign : {"<script", "http://", "https://", "src=", "<link", "url(", "<b>1"}) {
    EXPECT_EQ(html.find(foreign), std::string::npos) << foreign;
  }
  EXPECT_NE(html.find("m &amp; &lt;script&gt;"), std::string::npos);
  EXPECT_NE(html.find("<polyline"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace lemma::eval
