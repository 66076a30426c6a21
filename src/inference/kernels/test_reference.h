// The slow truth: every kernel as plain loops in double over plain matrices. For tests alone.
#pragma once

#include <cstdint>
#include <vector>

#include "inference/kernels/kernels.h"

namespace lemma::kernels {

// Values in [-1, 1) from a seed.
std::vector<float> RandomFloats(int64_t n, uint32_t seed);

// `values` as they are after rounding to bf16.
std::vector<float> RoundedToBf16(std::vector<float> values);

// Memory at a 64-byte boundary, filled with NaNs of every format.
class PoisonedBytes {
 public:
  explicit PoisonedBytes(int64_t n);
  std::byte* data() const;

 private:
  std::vector<std::byte> bytes_;
};

// The columns of a row that hold something: int8 and int4 are rounded in whole groups, rotated, so
// that what a row's padding stands for is near zero only.
int64_t PaddedColumns(WeightFormat format, int64_t cols);

// A row-major matrix in panels, its padding zero. Values must be exact in `format`, but for
// kInt8 and kInt4, which round them: Row says to what.
class PackedMatrix {
 public:
  PackedMatrix(WeightFormat format, int64_t rows, int64_t cols, const std::vector<float>& values);
  WeightMatrix view() const { return {format_, rows_, cols_, bytes_.data()}; }
  std::vector<float> Row(int64_t row) const;  // of kInt8 and kInt4: [PaddedColumns]

 private:
  WeightFormat format_;
  int64_t rows_;
  int64_t cols_;
  PoisonedBytes bytes_;
};

// What a row that Kernels::prepare made stands for; of kInt8 `cols` are whole groups.
std::vector<float> PreparedValues(ActivationFormat format, const std::byte* prepared, int64_t cols);

struct ReferenceValue {
  double value;
  double magnitude;  // the sum of the terms' magnitudes: what rounding errors are relative to
};

// sum over c of weights[row, c] * x[c]
ReferenceValue ReferenceDot(const float* weights_row, const float* x, int64_t cols);

void ReferenceRmsNorm(const float* x, const float* weight, int64_t n, double eps, double* out);
void ReferenceRope(const float* x, int64_t head_dim, const float* cos, const float* sin,
                   double* out);
double ReferenceSilu(double x);

// One query [head_dim] over n_keys tokens of k and v [n_keys, head_dim].
std::vector<double> ReferenceAttention(const float* q, const float* k, const float* v,
                                       int64_t n_keys, int64_t head_dim);

}  // namespace lemma::kernels
