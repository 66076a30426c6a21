// GPUs as metrics: of a library with NVML's names, built for the tests, and where there is none.
#include "service/gateway/gpu_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/gateway/test_worker.h"

namespace lemma::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(GpuWatchTest, TellsWhatEachGpuSaysAndNothingElse) {
  const GpuWatch watch(LEMMA_TEST_NVML, std::chrono::milliseconds(5));
  ASSERT_TRUE(Eventually([&] { return watch.readings().size() == 2; }));
  const std::string text = watch.RenderMetrics();
  EXPECT_THAT(text, HasSubstr("lemma_gpus 2\n"));
  const std::string fast = R"({gpu="0",name="Fast \"GPU\"",uuid="GPU-1"} )";
  EXPECT_THAT(text, HasSubstr("lemma_gpu_memory_bytes" + fast + "85899345920\n"));
  EXPECT_THAT(text, HasSubstr("lemma_gpu_memory_used_bytes" + fast + "1073741824\n"));
  EXPECT_THAT(text, HasSubstr("lemma_gpu_utilization_ratio" + fast + "0.25\n"));
  EXPECT_THAT(text, HasSubstr("lemma_gpu_temperature_celsius" + fast + "41\n"));
  EXPECT_THAT(text, HasSubstr("lemma_gpu_power_watts" + fast + "123.5\n"));
  const std::string old = R"({gpu="1",name="Old GPU",uuid="GPU-2"} )";
  EXPECT_THAT(text, HasSubstr("lemma_gpu_memory_bytes" + old));
  EXPECT_THAT(text, Not(HasSubstr("lemma_gpu_power_watts" + old))) << "it does not say";
}

TEST(GpuWatchTest, WithoutALibraryThereIsNone) {
  const GpuWatch watch("libnvidia-ml-absent.so.1");
  EXPECT_TRUE(watch.readings().empty());
  const std::string text = watch.RenderMetrics();
  EXPECT_THAT(text, HasSubstr("lemma_gpus 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("lemma_gpu_")));
}

}  // namespace
}  // namespace lemma::gateway
