// Weights to int8 and int4 and back (layout: panel.h), one row at a time. Nothing is calibrated:
// every group of 256 is rotated (hadamard.h), and int4's scales are those of the least square
// error. A weight that is not finite makes its group NaN.
// Different rows may be written from different threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/kernels/panel.h"

namespace lemma::kernels {

// Puts a row of floats into a matrix.
void QuantizeRowInt8(const float* values, int64_t cols, int64_t row, std::byte* matrix);
void QuantizeRowInt4(const float* values, int64_t cols, int64_t row, std::byte* matrix);

// What the weights of a row stand for.
void DequantizeRowInt8(const std::byte* matrix, int64_t cols, int64_t row, float* values);
void DequantizeRowInt4(const std::byte* matrix, int64_t cols, int64_t row, float* values);

}  // namespace lemma::kernels
