// The rotation that int8 and int4 are rounded under: the Walsh-Hadamard transform H of every group
// of 256 columns, and of the 64 or 128 of a head of K and V. It spreads a value that stands out
// over its whole group, so that a group's scale fits all of it, and costs 8 additions a value
// beside thousands of products.
//
// H is symmetric and H * H = 256 * I. Weights are stored as H * w / 256 and multiplied with H * x,
// so a product is what it was: (H w / 256) . (H x) = w . x. Scaling by 256 is exact.
//
// elementwise.inl.h has the same sums on vectors. Static for the reason given in panel.h.
#pragma once

#include "inference/kernels/panel.h"

namespace lemma::kernels {

// H times n values in place; n is a power of two.
static inline void Rotate(float* values, int64_t n) {
  for (int64_t distance = 1; distance < n; distance *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * distance) {
      for (int64_t i = begin; i < begin + distance; ++i) {
        const float a = values[i], b = values[i + distance];
        values[i] = a + b;
        values[i + distance] = a - b;
      }
    }
  }
}

}  // namespace lemma::kernels
