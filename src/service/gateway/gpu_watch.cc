#include "service/gateway/gpu_watch.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <optional>
#include <sstream>
#include <utility>

#include "common/base/log.h"

namespace lemma::gateway {

GpuWatch::GpuWatch(const std::string& library, std::chrono::milliseconds interval) {
  auto nvml = Nvml::Open(library);
  if (!nvml.ok()) {
    // No library is what most machines have; one that does not start is worth a word.
    if (nvml.status().code() != StatusCode::kNotFound) {
      LogWarning("gateway: no GPU is read: {}", nvml.status().message());
    }
    return;
  }
  nvml_ = std::move(*nvml);
  reader_ = std::make_unique<store::PeriodicTask>(interval, [this] { Read(); });
  reader_->RunSoon();
}

void GpuWatch::Read() {
  std::vector<GpuReading> readings = nvml_->Read();
  MutexLock lock(mutex_);
  readings_ = std::move(readings);
}

std::vector<GpuReading> GpuWatch::readings() const {
  MutexLock lock(mutex_);
  return readings_;
}

std::string GpuWatch::RenderMetrics() const {
  const std::vector<GpuReading> gpus = readings();
  prometheus::Registry registry;
  const auto set = [&](const char* name, const char* help, const prometheus::Labels& labels,
                       double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels).Set(value);
  };
  set("lemma_gpus", "GPUs that NVML tells of; 0 where there is none", {},
      static_cast<double>(gpus.size()));
  for (size_t i = 0; i < gpus.size(); ++i) {
    const GpuReading& gpu = gpus[i];
    const prometheus::Labels labels = {
        {"gpu", std::to_string(i)}, {"name", gpu.name}, {"uuid", gpu.uuid}};
    const auto set_said = [&](const char* name, const char* help, const auto& value) {
      if (value) set(name, help, labels, static_cast<double>(*value));
    };
    set_said("lemma_gpu_memory_bytes", "Memory of the GPU", gpu.memory_total_bytes);
    set_said("lemma_gpu_memory_used_bytes", "Of it, what some program holds",
             gpu.memory_used_bytes);
    set_said("lemma_gpu_utilization_ratio", "Share of the time in which some kernel ran",
             gpu.utilization);
    set_said("lemma_gpu_temperature_celsius", "Temperature of the GPU", gpu.temperature_celsius);
    set_said("lemma_gpu_power_watts", "Power that the GPU draws", gpu.power_watts);
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, registry.Collect());
  return std::move(out).str();
}

}  // namespace lemma::gateway
