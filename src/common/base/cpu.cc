#include "common/base/cpu.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "common/base/cgroup.h"

namespace lemma {
namespace {

int CoresOfAffinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const unsigned n = std::thread::hardware_concurrency();
  return n > 0 ? static_cast<int>(n) : 1;
}

std::string ProcessorName(const std::filesystem::path& root) {
  std::ifstream info(root / "proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

#if defined(__x86_64__)
// Linux gives a process the state of AMX's tiles only when it asks for it, once for all its threads
// (Documentation/arch/x86/xstate.rst).
bool MayUseTiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#endif

}  // namespace

CpuFeatures DetectCpu(const std::filesystem::path& root) {
  CpuFeatures cpu{.name = ProcessorName(root),
                  .n_cores = std::min(CoresOfAffinity(), ReadCgroupLimits(root).cores_max),
                  .avx2_fma_f16c = false,
                  .avx_vnni = false,
                  .avx512 = false,
                  .avx512_vnni = false,
                  .avx512_bf16 = false,
                  .amx_int8 = false};
#if defined(__x86_64__)
  __builtin_cpu_init();
  cpu.avx2_fma_f16c = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                      __builtin_cpu_supports("f16c");
  cpu.avx512 = cpu.avx2_fma_f16c && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
  cpu.avx_vnni = cpu.avx2_fma_f16c && __builtin_cpu_supports("avxvnni");
  cpu.avx512_vnni = cpu.avx512 && __builtin_cpu_supports("avx512vnni");
  cpu.avx512_bf16 = cpu.avx512_vnni && __builtin_cpu_supports("avx512bf16");
  cpu.amx_int8 = cpu.avx512_bf16 && __builtin_cpu_supports("amx-int8") && MayUseTiles();
#endif
  return cpu;
}

}  // namespace lemma
