#include "service/store/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace lemma::store {
namespace {

// As Percentile defines it, of the values themselves.
double Exact(const std::vector<int64_t>& sorted, double fraction) {
  const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<size_t>(rank, 1) - 1]);
}

TEST(LatencyHistogramTest, PercentilesOfMergedPartsAreWithinTheStatedErrorOfTheExactOnes) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const size_t n_parts = 1 + random() % 20;
    const size_t n = 1 + random() % 2000;
    // From microseconds to a day, narrow or wide, with zeros and repetitions.
    std::lognormal_distribution<double> spread(static_cast<double>(random() % 20),
                                               0.01 + static_cast<double>(random() % 300) / 100);
    std::vector<LatencyHistogram> parts(n_parts);
    std::vector<int64_t> values;
    for (size_t i = 0; i < n; ++i) {
      const auto value = random() % 50 == 0
                             ? int64_t{0}
                             : static_cast<int64_t>(std::min(
                                   spread(random), double{LatencyHistogram::kMicrosecondsMax}));
      values.push_back(value);
      parts[random() % n_parts].Add(value);
    }
    LatencyHistogram merged;
    for (const LatencyHistogram& part : parts)
      merged.Merge(*LatencyHistogram::Decode(part.Encode()));
    std::sort(values.begin(), values.end());
    EXPECT_EQ(merged.count(), static_cast<int64_t>(n));
    for (const double fraction : {0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
      const double exact = Exact(values, fraction);
      EXPECT_NEAR(merged.Percentile(fraction), exact,
                  exact * (LatencyHistogram::kRelativeError + 1e-9))
          << "round " << round << ", " << fraction;
    }
  }
}

TEST(LatencyHistogramTest, MergingIsExactInAnyOrder) {
  std::mt19937_64 random(2);
  LatencyHistogram whole;
  std::vector<LatencyHistogram> parts(7);
  for (int i = 0; i < 5000; ++i) {
    const auto value = static_cast<int64_t>(random() % 10'000'000);
    whole.Add(value);
    parts[random() % parts.size()].Add(value);
  }
  for (int round = 0; round < 10; ++round) {
    std::shuffle(parts.begin(), parts.end(), random);
    LatencyHistogram merged;
    for (const LatencyHistogram& part : parts) merged.Merge(part);
    EXPECT_EQ(merged, whole);
  }
}

TEST(LatencyHistogramTest, ItsTextIsReadBackAndNothingElseIs) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.Encode(), "");
  EXPECT_EQ(*LatencyHistogram::Decode(""), histogram);
  for (const int64_t value : {int64_t{0}, int64_t{1}, int64_t{70'000}, int64_t{1} << 62}) {
    histogram.Add(value, 3);
  }
  EXPECT_EQ(*LatencyHistogram::Decode(histogram.Encode()), histogram);
  for (const char* damaged : {"x", "1", "1:", "1:2 ", "1:2  3:4", "1:2 0:4", "-1:2", "1:-2",
                              "999999:1", "1:2 2147483647:1", "1:99999999999999999999", "1:2,"}) {
    EXPECT_EQ(LatencyHistogram::Decode(damaged).status().code(), StatusCode::kDataLoss) << damaged;
  }
}

TEST(LatencyHistogramTest, WithoutValuesThereIsNoPercentile) {
  EXPECT_EQ(LatencyHistogram().Percentile(0.5), 0);
  EXPECT_EQ(LatencyHistogram().count(), 0);
}

}  // namespace
}  // namespace lemma::store
