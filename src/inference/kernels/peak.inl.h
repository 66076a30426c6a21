// The multipliers alone, for every instruction set: include after matmul_many.inl.h. As many
// independent sums as a tile of matmul.inl.h, all in registers.
#pragma once

#include <cstring>

#include "inference/kernels/matmul_many.inl.h"

namespace lemma::kernels {
namespace {

// So that the loads of a loop are not taken out of it, and with them the loop. It is shown the
// memory, as the compiler knows what nobody else has seen.
inline void ForgetMemory(const std::byte* shown) { asm volatile("" ::"r"(shown) : "memory"); }

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

// Activations that the sums share: all of them one, whose load then costs nothing beside the
// products. Where a product is several instructions, each token of a tile has its own, as the
// compiler would make equal products once.
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
inline constexpr int kPeakQuads = 1;
#else
inline constexpr int kPeakQuads = kTileTokens;
#endif

struct Int8Dot {
  static I32x16 Of(I32x16 sum, const decltype(LoadInt8Line(nullptr))& line, const int8_t* x) {
    return Dot(sum, line, LoadQuad(x));
  }
};
struct Int4Dot {
  static I32x16 Of(I32x16 sum, const decltype(LoadInt8Line(nullptr))& line, const int8_t* x) {
    return DotPart(sum, line, LoadInt4Quad(x));
  }
};

template <typename How>
int64_t PeakOfDot(const std::byte* line, int64_t n) {
  I32x16 sums[kTileSums];
  LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) sums[i] = SetInts(i);
  decltype(LoadInt8Line(line)) weights[kTileSums / kTileTokens];
  for (auto& each : weights) {
    ForgetMemory(line);
    each = LoadInt8Line(line);
  }
  const auto* x = reinterpret_cast<const int8_t*>(line);
  for (int64_t step = 0; step < n; ++step) {
    ForgetMemory(line);
    LEMMA_UNROLL for (int i = 0; i < kTileSums; ++i) {
      sums[i] = How::Of(sums[i], weights[i / kTileTokens], x + i % kPeakQuads * 4);
    }
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
    ForgetMemory(line);
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
#if defined(__AMX_INT8__)
    case WeightFormat::kInt8:
    case WeightFormat::kInt4:
      return PeakOfAmx(n);
#else
    case WeightFormat::kInt8:
      return PeakOfDot<Int8Dot>(line, n);
    case WeightFormat::kInt4:
      return PeakOfDot<Int4Dot>(line, n);
#endif
  }
  return 0;
}

}  // namespace
}  // namespace lemma::kernels
