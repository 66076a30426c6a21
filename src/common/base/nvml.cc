#include "common/base/nvml.h"

#include <dlfcn.h>

#include <array>
#include <utility>

namespace lemma {
namespace {

// Of nvml.h, whose names and layouts are fixed: what is changed there gets a new name ("_v2").
using Code = int;  // 0: it worked
using Device = void*;
struct Utilization {
  unsigned int gpu_percent, memory_percent;
};
struct Memory {
  unsigned long long total_bytes, free_bytes, used_bytes;
};
constexpr int kTemperatureOfGpu = 0;
constexpr unsigned int kTextBytes = 96;  // NVML_DEVICE_NAME_V2_BUFFER_SIZE, the larger of the two

// "" where it does not say.
template <typename Get>
std::string TextOf(Get get, Device device) {
  std::array<char, kTextBytes> text{};
  return get(device, text.data(), kTextBytes) == 0 ? text.data() : "";
}

}  // namespace

struct Nvml::Library {
  explicit Library(void* the_handle) : handle(the_handle) {}
  ~Library() { dlclose(handle); }

  template <typename Function>
  bool Find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle, name));
    return function != nullptr;
  }
  bool FindAll() {
    return Find("nvmlInit_v2", init) && Find("nvmlShutdown", shutdown) &&
           Find("nvmlErrorString", error_string) && Find("nvmlDeviceGetCount_v2", count) &&
           Find("nvmlDeviceGetHandleByIndex_v2", device_at) && Find("nvmlDeviceGetName", name) &&
           Find("nvmlDeviceGetUUID", uuid) && Find("nvmlDeviceGetMemoryInfo", memory) &&
           Find("nvmlDeviceGetUtilizationRates", utilization) &&
           Find("nvmlDeviceGetTemperature", temperature) &&
           Find("nvmlDeviceGetPowerUsage", power_milliwatts);
  }

  void* const handle;
  Code (*init)() = nullptr;
  Code (*shutdown)() = nullptr;
  const char* (*error_string)(Code) = nullptr;
  Code (*count)(unsigned int*) = nullptr;
  Code (*device_at)(unsigned int, Device*) = nullptr;
  Code (*name)(Device, char*, unsigned int) = nullptr;
  Code (*uuid)(Device, char*, unsigned int) = nullptr;
  Code (*memory)(Device, Memory*) = nullptr;
  Code (*utilization)(Device, Utilization*) = nullptr;
  Code (*temperature)(Device, int, unsigned int*) = nullptr;
  Code (*power_milliwatts)(Device, unsigned int*) = nullptr;
};

Nvml::Nvml(std::unique_ptr<Library> library) : library_(std::move(library)) {}

Nvml::~Nvml() { library_->shutdown(); }

Result<std::unique_ptr<Nvml>> Nvml::Open(const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return NotFound(dlerror());
  auto opened = std::make_unique<Library>(handle);
  if (!opened->FindAll()) return NotFound(library + " is not NVIDIA's management library");
  if (const Code code = opened->init(); code != 0) {
    return Unavailable(library + ": " + opened->error_string(code));
  }
  return std::unique_ptr<Nvml>(new Nvml(std::move(opened)));
}

std::vector<GpuReading> Nvml::Read() const {
  std::vector<GpuReading> readings;
  unsigned int n_devices = 0;
  if (library_->count(&n_devices) != 0) return readings;
  for (unsigned int i = 0; i < n_devices; ++i) {
    Device device = nullptr;
    if (library_->device_at(i, &device) != 0) continue;  // it has fallen off the bus
    GpuReading reading;
    reading.name = TextOf(library_->name, device);
    reading.uuid = TextOf(library_->uuid, device);
    if (Memory memory{}; library_->memory(device, &memory) == 0) {
      reading.memory_total_bytes = memory.total_bytes;
      reading.memory_used_bytes = memory.used_bytes;
    }
    if (Utilization rates{}; library_->utilization(device, &rates) == 0) {
      reading.utilization = rates.gpu_percent / 100.0;
    }
    unsigned int number = 0;
    if (library_->temperature(device, kTemperatureOfGpu, &number) == 0) {
      reading.temperature_celsius = number;
    }
    if (library_->power_milliwatts(device, &number) == 0) reading.power_watts = number / 1000.0;
    readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace lemma
