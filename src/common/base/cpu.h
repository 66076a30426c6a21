// What this processor offers, asked once at start (CPUID and XCR0 through the compiler's runtime).
#pragma once

#include <filesystem>
#include <string>

namespace lemma {

struct CpuFeatures {
  std::string name;  // "AMD EPYC 9B45", as the processor calls itself; "" where unknown
  int n_cores;       // usable by this process (its affinity mask and CPU quota), at least 1
  bool avx2_fma_f16c;
  bool avx_vnni;  // beside avx2_fma_f16c
  bool avx512;    // F, BW, DQ, VL
  bool avx512_vnni;
  bool avx512_bf16;  // beside avx512_vnni
  bool amx_int8;     // beside avx512_bf16, and the system lets this process use it
};

// `root` is the directory that has proc and sys.
CpuFeatures DetectCpu(const std::filesystem::path& root = "/");

}  // namespace lemma
