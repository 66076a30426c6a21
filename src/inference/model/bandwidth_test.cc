// Property: the probe gives a plausible figure for every number of threads, and touches no memory
// that is not there.
#include "inference/model/bandwidth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inference/kernels/isa.h"

namespace lemma::model {
namespace {

TEST(BandwidthTest, IsPlausible) {
  for (const int n_threads : {1, 2, 3}) {
    ThreadPool pool(n_threads);
    const auto bandwidth =
        MeasureReadBandwidth(kernels::KernelsFor(kernels::Isa::kScalar), pool, 8 << 20);
    ASSERT_TRUE(bandwidth.ok());
    EXPECT_GT(*bandwidth, 1e7);   // a tape drive
    EXPECT_LT(*bandwidth, 1e14);  // no processor's registers
  }
}

TEST(BandwidthTest, MoreMemoryThanThereIsIsRefused) {
  ThreadPool pool(1);
  const auto bandwidth = MeasureReadBandwidth(kernels::KernelsFor(kernels::Isa::kScalar), pool,
                                              uint64_t{1} << 62);  // which no system hands out
  EXPECT_EQ(bandwidth.status().code(), StatusCode::kIo);
  EXPECT_THAT(bandwidth.status().message(), testing::HasSubstr("MiB are available"));
}

}  // namespace
}  // namespace lemma::model
