// The GPUs of this machine as they were a moment ago: whoever asks never waits for a driver.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/nvml.h"
#include "common/base/thread_annotations.h"
#include "service/store/periodic_task.h"

namespace lemma::gateway {

// Thread-safe. A thread of its own reads them, where there is NVIDIA's library; its end waits for
// a reading under way.
class GpuWatch {
 public:
  explicit GpuWatch(const std::string& library = Nvml::kLibrary,
                    std::chrono::milliseconds interval = std::chrono::seconds(10));

  // Empty: there is none, or not read yet.
  std::vector<GpuReading> readings() const LEMMA_EXCLUDES(mutex_);
  // lemma_gpu_*, in Prometheus' exposition format; lemma_gpus is 0 where there is none.
  std::string RenderMetrics() const;

 private:
  void Read() LEMMA_EXCLUDES(mutex_);

  std::unique_ptr<Nvml> nvml_;  // null: there is none; of the reader's thread
  mutable Mutex mutex_;
  std::vector<GpuReading> readings_ LEMMA_GUARDED_BY(mutex_);
  std::unique_ptr<store::PeriodicTask> reader_;  // last: it uses the others
};

}  // namespace lemma::gateway
