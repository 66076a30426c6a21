// The instruction sets that tests run on. For tests alone.
#pragma once

#include <cstdlib>
#include <ostream>
#include <vector>

#include "inference/kernels/isa.h"

namespace lemma::kernels {

// All that this processor has, or LEMMA_ISA alone where it is set.
inline std::vector<Isa> TestedIsas() {
  const CpuFeatures cpu = DetectCpu();
  const char* forced = std::getenv("LEMMA_ISA");
  if (forced != nullptr) return {ChooseIsa(forced, cpu).value()};
  std::vector<Isa> isas;
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx2Vnni, Isa::kAvx512, Isa::kAvx512Vnni,
                        Isa::kAvx512Bf16, Isa::kAmx}) {
    if (ChooseIsa(IsaName(isa), cpu).ok()) isas.push_back(isa);
  }
  return isas;
}

inline void PrintTo(Isa isa, std::ostream* out) { *out << IsaName(isa); }

}  // namespace lemma::kernels
