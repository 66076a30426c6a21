// Property: the probe gives a plausible figure for every number of threads.
#include "inference/model/bandwidth.h"

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

}  // namespace
}  // namespace lemma::model
