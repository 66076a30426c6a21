// Weights to int8 and back (layout: panel.h), one row at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/kernels/panel.h"

namespace lemma::kernels {

// Puts a row of finite floats into a matrix of WeightFormat::kInt8. A group's scale is the bf16
// near maximum / 127 that leaves the least square error; nothing is calibrated. Rows may be written
// from many threads, panels from one each.
void QuantizeRowInt8(const float* values, int64_t cols, int64_t row, std::byte* matrix);

// The inverse: what the weights stand for.
void DequantizeRowInt8(const std::byte* matrix, int64_t cols, int64_t row, float* values);

}  // namespace lemma::kernels
