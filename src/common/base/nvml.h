// What NVIDIA's GPUs of this machine say of themselves. The driver's library is opened at run time
// (docs.nvidia.com/deploy/nvml-api): nothing of it is needed to build, and most machines have none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace lemma {

struct GpuReading {
  std::string name;  // "NVIDIA H100 80GB HBM3"
  std::string uuid;
  // Nothing: this GPU does not say.
  std::optional<uint64_t> memory_total_bytes;
  std::optional<uint64_t> memory_used_bytes;
  std::optional<double> utilization;  // 0 to 1: the share of time in which some kernel ran
  std::optional<double> temperature_celsius;
  std::optional<double> power_watts;
};

class Nvml {
 public:
  static constexpr const char* kLibrary = "libnvidia-ml.so.1";

  // Errors: kNotFound where there is no such library, or it is none of NVML; kUnavailable where
  // the driver does not start.
  static Result<std::unique_ptr<Nvml>> Open(const std::string& library = kLibrary);
  ~Nvml();

  // Not thread-safe. Asks the driver, which takes milliseconds, and longer where it is ill.
  std::vector<GpuReading> Read() const;

 private:
  struct Library;
  explicit Nvml(std::unique_ptr<Library> library);
  std::unique_ptr<Library> library_;
};

}  // namespace lemma
