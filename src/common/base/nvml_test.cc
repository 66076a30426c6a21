// What NVML says, read through its names in a library that is built for this test.
#include "common/base/nvml.h"

#include <gtest/gtest.h>

namespace lemma {
namespace {

TEST(NvmlTest, ReadsWhatEachGpuSays) {
  const auto nvml = Nvml::Open(LEMMA_TEST_NVML);
  ASSERT_TRUE(nvml.ok()) << nvml.status().ToString();
  const std::vector<GpuReading> gpus = (*nvml)->Read();
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].name, "Fast \"GPU\"");
  EXPECT_EQ(gpus[0].uuid, "GPU-1");
  EXPECT_EQ(gpus[0].memory_total_bytes, uint64_t{80} << 30);
  EXPECT_EQ(gpus[0].memory_used_bytes, uint64_t{1} << 30);
  EXPECT_EQ(gpus[0].utilization, 0.25);
  EXPECT_EQ(gpus[0].temperature_celsius, 41);
  EXPECT_EQ(gpus[0].power_watts, 123.5);
  EXPECT_EQ(gpus[1].name, "Old GPU");
  EXPECT_FALSE(gpus[1].utilization || gpus[1].temperature_celsius || gpus[1].power_watts);
}

TEST(NvmlTest, NoLibraryOrAnotherOneIsNoGpu) {
  EXPECT_EQ(Nvml::Open("libnvidia-ml-absent.so.1").status().code(), StatusCode::kNotFound);
  const Status other = Nvml::Open("libm.so.6").status();
  EXPECT_EQ(other.code(), StatusCode::kNotFound);
  EXPECT_NE(other.message().find("libm.so.6 is not"), std::string::npos);
}

}  // namespace
}  // namespace lemma
