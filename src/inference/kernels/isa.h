// Which instruction set runs: chosen once at start, among those compiled in.
#pragma once

#include <string_view>

#include "common/base/cpu.h"
#include "common/base/status.h"
#include "inference/kernels/kernels.h"

namespace lemma::kernels {

// "scalar", "avx2", "avx2-vnni", "avx512", "avx512-vnni", "avx512-bf16", "amx": as LEMMA_ISA spells
// them.
const char* IsaName(Isa isa);

// `forced` by name, or the best this processor has where `forced` is "". Errors (kInvalidArgument,
// field LEMMA_ISA): an unknown name, or one this processor lacks.
Result<Isa> ChooseIsa(std::string_view forced, const CpuFeatures& cpu);

// The table of an instruction set that this processor has.
const Kernels& KernelsFor(Isa isa);

}  // namespace lemma::kernels
