// From a row of logits to weights to draw from, for every instruction set: include after a
// simd_*.h. Each operation passes once over a vocabulary, 0.6 MB for Qwen2, and is bound by reading
// it from the L2 cache; softmax_weights also by the ten multiplications of an exponential. Sums are
// made block by block, in an order that depends on the vocabulary's size alone.
#pragma once

#include "inference/kernels/elementwise.inl.h"
#include "inference/kernels/float16.h"
#include "inference/kernels/kernels.h"

namespace lemma::kernels {
namespace {

// Calls f(i, n) for the vectors of [begin, end): n of the 16 lanes at i count, a constant but in
// the last ones. f(i, n) is zero in the others. Four chains hide the latency of additions.
template <typename F>
inline float SumOfBlock(int64_t begin, int64_t end, const F& f) {
  F32x16 sums[4] = {Set(0), Set(0), Set(0), Set(0)};
  int64_t i = begin;
  for (; i + 64 <= end; i += 64) {
    for (int s = 0; s < 4; ++s) sums[s] = Add(sums[s], f(i + s * 16, 16));
  }
  for (; i < end; i += 16) sums[0] = Add(sums[0], f(i, end - i));
  return ReduceAdd(Add(Add(sums[0], sums[1]), Add(sums[2], sums[3])));
}

inline int64_t BlockEnd(int64_t begin, int64_t n) {
  return begin + kSamplingBlock < n ? begin + kSamplingBlock : n;
}

float MaxLogit(const float* logits, int64_t n) {
  constexpr float kInfinity = __builtin_inff();
  F32x16 highest[4] = {Set(-kInfinity), Set(-kInfinity), Set(-kInfinity), Set(-kInfinity)};
  F32x16 unusable = Set(0);  // NaN where a logit is NaN or +infinity, else 0
  const auto take = [&](F32x16 v, int s) {
    unusable = MulAdd(Max(Set(-__FLT_MAX__), v), Set(0), unusable);
    highest[s] = Max(highest[s], v);
  };
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    for (int s = 0; s < 4; ++s) take(Load(logits + i + s * 16), s);
  }
  for (; i < n; i += 16) take(FirstLanes(LoadN(logits + i, n - i), n - i, -kInfinity), 0);
  const F32x16 all = Max(Max(highest[0], highest[1]), Max(highest[2], highest[3]));
  const float is_unusable = ReduceAdd(unusable);
  return is_unusable == 0 ? ReduceMax(all) : is_unusable;
}

void SoftmaxWeights(const float* logits, int64_t n, float max, float scale, float* weights,
                    float* block_sums) {
  const F32x16 highest = Set(max), log2_scale = Set(scale * kLog2E);
  for (int64_t begin = 0; begin < n; begin += kSamplingBlock) {
    *block_sums++ = SumOfBlock(begin, BlockEnd(begin, n), [&](int64_t i, int64_t n_lanes) {
      const F32x16 x = Mul(Sub(LoadN(logits + i, n_lanes), highest), log2_scale);
      const F32x16 weight = FirstLanes(Exp2(x), n_lanes, 0);
      StoreN(weights + i, weight, n_lanes);
      return weight;
    });
  }
}

double MassBefore(const float* weights, int64_t n, int64_t index) {
  const float weight = weights[index];
  // What is above the next lower number is at least as much.
  const F32x16 above = Set(weight), at_least = Set(FloatOfBits(FloatBits(weight) - 1));
  double mass = 0;
  for (int64_t begin = 0; begin < n; begin += kSamplingBlock) {
    const int64_t end = BlockEnd(begin, n);
    float sum;
    if (begin <= index && index < end) {
      sum = SumOfBlock(begin, end, [&](int64_t i, int64_t n_lanes) {
        return KeepAbove(LoadN(weights + i, n_lanes), FirstLanes(at_least, index - i, weight));
      });
    } else {
      const F32x16 floor = begin < index ? at_least : above;
      sum = SumOfBlock(begin, end, [&](int64_t i, int64_t n_lanes) {
        return KeepAbove(LoadN(weights + i, n_lanes), floor);
      });
    }
    mass += sum;
  }
  return mass;
}

}  // namespace
}  // namespace lemma::kernels
