// The tables of kernels_*.cc, for isa.cc to choose from. Constants, so that nothing of a file
// compiled for a wider instruction set runs before it is chosen.
#pragma once

#include "inference/kernels/kernels.h"

namespace lemma::kernels {

extern const Kernels kScalarKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx2VnniKernels;
extern const Kernels kAvx512Kernels;
extern const Kernels kAvx512VnniKernels;
extern const Kernels kAvx512Bf16Kernels;
extern const Kernels kAmxKernels;

}  // namespace lemma::kernels
