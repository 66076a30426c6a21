// All operations compiled for one instruction set, as a table: include after a simd_*.h.
#pragma once

#include "inference/kernels/attention.inl.h"
#include "inference/kernels/elementwise.inl.h"
#include "inference/kernels/matmul_many.inl.h"
#include "inference/kernels/peak.inl.h"
#include "inference/kernels/sampling.inl.h"
#include "inference/kernels/tables.h"

namespace lemma::kernels {
namespace {

constexpr Kernels TableOf(Isa isa) {
  return {.isa = isa,
          .activations = {F32Lines::kActivations, Bf16WeightLines::kActivations,
                          Int8Lines::kActivations, Int4Lines::kActivations},
          .prepare = &Prepare,
          .matmul = &Matmul,
          .attention = &Attention,
          .fold_attention = &FoldAttention,
          .finish_attention = &FinishAttention,
          .rms_norm = &RmsNorm,
          .rope = &Rope,
          .rotate = &RotateHeads,
          .silu_mul = &SiluMul,
          .max_logit = &MaxLogit,
          .softmax_weights = &SoftmaxWeights,
          .mass_before = &MassBefore,
          .sum = &Sum,
          .peak = &Peak};
}

}  // namespace
}  // namespace lemma::kernels
