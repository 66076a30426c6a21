#include "inference/kernels/simd_scalar.h"
// The operations, written once; they use the vector above.
#include "inference/kernels/table.inl.h"

namespace lemma::kernels {

constinit const Kernels kScalarKernels = TableOf(Isa::kScalar);

}  // namespace lemma::kernels
