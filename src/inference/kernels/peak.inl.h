// The multipliers alone, for every instruction set: include after matmul.inl.h. As many independent
// sums as a tile of matmul.inl.h, all in registers; one load for all of them.
#pragma once

#include <cstring>

#include "inference/kernels/matmul_many.inl.h"

namespace lemma::kernels {
namespace {

// So that the loads of a loop are not taken out of it, and with them the loop.
inline void ForgetMemory() { asm volatile("" ::: "memory"); }

#if defined(__AMX_INT8__)
// Four tiles of sums, as block_amx.inl.h has.
inline int64_t PeakOfAmx(int64_t n) {
  ConfigureAmx(kAmxTokens);
  for (int64_t step = 0; step < n; ++step) {
    _tile_dpbsud(0, 4, 6);
    _tile_dpbsud(1, 4, 7);
    _tile_dpbsud(2, 5, 6);
    _tile_dpbsud(3, 5, 7);
  }
  _tile_release();
  return n * 4 * kAmxRows * kPanelRows * kLineBytes;
}
#endif

inline int64_t PeakOfInt8(const std::byte* line, int64_t n) {
  I32x16 sums[kTileSums];
  LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) sums[i] = SetInts(i);
  const auto weights = LoadInt8Line(line);
  for (int64_t step = 0; step < n; ++step) {
    ForgetMemory();
    const Int8Quad quad = LoadQuad(reinterpret_cast<const int8_t*>(line));
    LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) sums[i] = Dot(sums[i], weights, quad);
  }
  F32x16 total = Set(0);
  LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) total = Add(total, ToFloats(sums[i]));
  [[maybe_unused]] const volatile float used = ReduceAdd(total);
  return n * kTileSums * kPanelRows * Int8Lines::kColumns;
}

template <typename Lines>
int64_t PeakOfFloats(const std::byte* line, int64_t n) {
  using Activation = typename Lines::Activation;
  F32x16 sums[kTileSums];
  LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) sums[i] = Set(static_cast<float>(i));
  const typename Lines::Weights weights = Lines::LoadLine(line);
  for (int64_t step = 0; step < n; ++step) {
    ForgetMemory();
    const auto* x = reinterpret_cast<const Activation*>(line);
    LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) sums[i] = Lines::Multiply(weights, x, sums[i]);
  }
  F32x16 total = Set(0);
  LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) total = Add(total, sums[i]);
  [[maybe_unused]] const volatile float used = ReduceAdd(total);
  return n * kTileSums * kPanelRows * Lines::kColumns;
}

int64_t Peak(WeightFormat format, int64_t n) {
  alignas(kLineBytes) std::byte line[kLineBytes];
  std::memset(line, 0, sizeof(line));
  switch (format) {
    case WeightFormat::kF32:
      return PeakOfFloats<F32Lines>(line, n);
    case WeightFormat::kBf16:
      return PeakOfFloats<Bf16WeightLines>(line, n);
    case WeightFormat::kInt8:
    case WeightFormat::kInt4:
#if defined(__AMX_INT8__)
      return PeakOfAmx(n);
#else
      return PeakOfInt8(line, n);
#endif
  }
  return 0;
}

}  // namespace
}  // namespace lemma::kernels
