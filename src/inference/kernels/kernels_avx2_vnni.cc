#if defined(__x86_64__)

#include "inference/kernels/simd_avx2.h"
// The operations, written once; they use the vector above.
#include "inference/kernels/table.inl.h"

namespace lemma::kernels {

constinit const Kernels kAvx2VnniKernels = TableOf(Isa::kAvx2Vnni);

}  // namespace lemma::kernels

#endif  // __x86_64__
