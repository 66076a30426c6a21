// For tests: a library with NVML's names, and two GPUs of which one says little
// (docs.nvidia.com/deploy/nvml-api).
#include <cstring>

extern "C" {

struct Utilization {
  unsigned int gpu, memory;
};
struct Memory {
  unsigned long long total, free, used;
};
constexpr int kNotSupported = 3;

int nvmlInit_v2() { return 0; }
int nvmlShutdown() { return 0; }
const char* nvmlErrorString(int) { return "never"; }
int nvmlDeviceGetCount_v2(unsigned int* n) {
  *n = 2;
  return 0;
}
// The second one is a null pointer: a handle is whatever the library likes.
int nvmlDeviceGetHandleByIndex_v2(unsigned int i, void** device) {
  static int first;
  *device = i == 0 ? &first : nullptr;
  return 0;
}
int nvmlDeviceGetName(void* device, char* text, unsigned int) {
  std::strcpy(text, device != nullptr ? "Fast \"GPU\"" : "Old GPU");
  return 0;
}
int nvmlDeviceGetUUID(void* device, char* text, unsigned int) {
  std::strcpy(text, device != nullptr ? "GPU-1" : "GPU-2");
  return 0;
}
int nvmlDeviceGetMemoryInfo(void*, Memory* memory) {
  *memory = {80ull << 30, 79ull << 30, 1ull << 30};
  return 0;
}
int nvmlDeviceGetUtilizationRates(void* device, Utilization* rates) {
  *rates = {25, 10};
  return device != nullptr ? 0 : kNotSupported;
}
int nvmlDeviceGetTemperature(void* device, int, unsigned int* celsius) {
  *celsius = 41;
  return device != nullptr ? 0 : kNotSupported;
}
int nvmlDeviceGetPowerUsage(void* device, unsigned int* milliwatts) {
  *milliwatts = 123'500;
  return device != nullptr ? 0 : kNotSupported;
}
}
