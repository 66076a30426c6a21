#if defined(__x86_64__)

#include "inference/kernels/simd_avx512.h"
// The operations, written once; they use the vector above.
#include "inference/kernels/table.inl.h"

namespace lemma::kernels {

constinit const Kernels kAmxKernels = TableOf(Isa::kAmx);

}  // namespace lemma::kernels

#endif  // __x86_64__
