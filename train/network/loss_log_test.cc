#include "train/network/loss_log.h"

#include <gtest/gtest.h>

#include "common/base/file.h"
#include "train/network/test_directory.h"

namespace lemma::train {
namespace {

std::vector<LossPoint> SomePoints() {
  return {{10, 1000, 5.5, std::nullopt, 1e-3, 900},
          {20, 2000, 2.25, 2.5, 2e-3, 950},
          {30, 3000, 1.125, std::nullopt, 1e-3, 940}};
}

TEST(LossLog, ReadsWhatItWroteUpToAStep) {
  const TestDirectory directory;
  ASSERT_TRUE(WriteFileAtomically(directory / "log", FormatLossLog(SomePoints())).ok());
  const auto points = ReadLossLog(directory / "log", 20);
  ASSERT_TRUE(points.ok());
  ASSERT_EQ(points->size(), 2u);
  EXPECT_EQ(points->at(1).n_tokens, 2000);
  EXPECT_EQ(points->at(1).loss, 2.25);
  EXPECT_EQ(points->at(1).held_out_loss, 2.5);
  EXPECT_FALSE(points->at(0).held_out_loss.has_value());
}

TEST(LossLog, AMissingFileIsEmptyAndADamagedOneIsNot) {
  const TestDirectory directory;
  EXPECT_TRUE(ReadLossLog(directory / "absent", 1)->empty());
  ASSERT_TRUE(WriteFileAtomically(directory / "log", "{\"step\":\n").ok());
  EXPECT_FALSE(ReadLossLog(directory / "log", 1).ok());
}

TEST(LossChart, LowerLossIsDrawnLower) {
  const std::string svg = DrawLossChart(SomePoints(), "pretrain");
  const size_t at = svg.find("points=\"");
  ASSERT_NE(at, std::string::npos);
  double x[3], y[3];
  ASSERT_EQ(std::sscanf(svg.c_str() + at, "points=\"%lf,%lf %lf,%lf %lf,%lf", &x[0], &y[0], &x[1],
                        &y[1], &x[2], &y[2]),
            6);
  EXPECT_LT(x[0], x[1]);
  EXPECT_LT(x[1], x[2]);
  EXPECT_LT(y[0], y[1]);  // downwards on the page
  EXPECT_LT(y[1], y[2]);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace lemma::train
