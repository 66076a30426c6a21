// Causal attention over pages of K and V, for every instruction set: include after a simd_*.h.
//
// The query heads of one KV head (6 or 8 of them) and the rows of one call are the "tokens" of two
// small products a page: scores = K q and out += V p. So K and V are read once for all of them:
// 2 * head_dim * bytes(element) a token, against 4 * head_dim * queries operations. At one row with
// 6 heads that is 6 operations a byte in bf16: bound by memory with the dot instruction, by the
// multipliers without.
//
// Softmax is online: each page rescales what the pages before it gave. Pages are taken in ascending
// order and a masked token adds an exact zero, so a row's result does not depend on its neighbours.
#pragma once

#include "inference/kernels/attention_scratch.h"
#include "inference/kernels/elementwise.inl.h"
#include "inference/kernels/matmul.inl.h"

namespace lemma::kernels {
namespace {

constexpr float kMinusInfinity = -__builtin_inff();

// Turns one query's scores of a page into probabilities relative to the new maximum, and scales
// what it has so far to it. The first n_visible of the page's tokens count; the scores of the
// others are not looked at (they come from stale memory).
void OnlineSoftmax(const float* scores, int64_t n_visible, float score_scale, float* maximum,
                   float* denominator, float* probabilities, float* sum, int64_t n_sum) {
  const F32x16 to_log2 = Set(score_scale * kLog2E);
  F32x16 highest = Set(*maximum);
  for (int64_t i = 0; i < n_visible; i += 16) {
    const F32x16 score = FirstLanes(Load(scores + i), n_visible - i, kMinusInfinity);
    highest = Max(Mul(score, to_log2), highest);
  }
  const float new_maximum = ReduceMax(highest);
  F32x16 total = Set(0);
  for (int64_t i = 0; i < kKvPageTokens; i += 16) {
    F32x16 p = Set(0);
    if (i < n_visible) {
      const F32x16 score = Mul(Load(scores + i), to_log2);
      p = FirstLanes(Exp2(Sub(score, Set(new_maximum))), n_visible - i, 0.0f);
    }
    Store(probabilities + i, p);
    total = Add(total, p);
  }
  const F32x16 rescale = Exp2(Sub(Set(*maximum), Set(new_maximum)));
  *denominator = FirstLane(rescale) * *denominator + ReduceAdd(total);
  *maximum = new_maximum;
  for (int64_t i = 0; i < n_sum; i += 16) Store(sum + i, Mul(Load(sum + i), rescale));
}

template <typename Lines>
void AttentionOf(const AttentionArgs& args) {
  using Activation = typename Lines::Activation;
  constexpr int64_t kActivationBytes = sizeof(Activation);
  const int64_t n_queries = args.n_rows * args.group;
  const AttentionScratch scratch = LayAttentionScratch(args.scratch, n_queries, args.head_dim);
  const int64_t query_bytes = PreparedRowBytes(Lines::kActivations, args.head_dim);
  const int64_t probability_bytes = PreparedRowBytes(Lines::kActivations, kKvPageTokens);
  const int64_t k_panel_bytes = PanelBytes(Lines::kFormat, args.head_dim);
  const int64_t v_panel_bytes = PanelBytes(Lines::kFormat, kKvPageTokens);
  const float score_scale = 1.0f / __builtin_sqrtf(static_cast<float>(args.head_dim));

  for (int64_t i = 0; i < n_queries; ++i) {
    const float* q = args.q + i / args.group * args.q_stride + i % args.group * args.head_dim;
    Prepare(Lines::kActivations, q, args.head_dim, scratch.queries + i * query_bytes);
    scratch.maxima[i] = kMinusInfinity;
    scratch.denominators[i] = 0;
    for (int64_t d = 0; d < scratch.sum_stride; ++d) scratch.sums[i * scratch.sum_stride + d] = 0;
  }

  const int64_t n_tokens = args.first_position + args.n_rows;  // that the last row sees
  for (int64_t begin = 0; begin < n_tokens; begin += kKvPageTokens) {
    const std::byte* k = args.kv + args.pages[begin / kKvPageTokens] * args.page_bytes;
    const std::byte* v = k + MatrixBytes(Lines::kFormat, kKvPageTokens, args.head_dim);
    const int64_t n_keys = n_tokens - begin < kKvPageTokens ? n_tokens - begin : kKvPageTokens;
    Multiply<Lines>({.panels = k,
                     .n_panels = DivideUp(n_keys, kPanelRows),
                     .panel_bytes = k_panel_bytes,
                     .n_lines = k_panel_bytes / kLineBytes,
                     .x = reinterpret_cast<const Activation*>(scratch.queries),
                     .n_tokens = n_queries,
                     .x_stride = query_bytes / kActivationBytes,
                     .bias = nullptr,
                     .add = false,
                     .out = scratch.scores,
                     .out_stride = kKvPageTokens,
                     .n_rows = kKvPageTokens});
    for (int64_t i = 0; i < n_queries; ++i) {
      const int64_t n_seen = args.first_position + i / args.group + 1 - begin;
      const int64_t n_visible = n_seen < 0 ? 0 : n_seen < n_keys ? n_seen : n_keys;
      float* scores = scratch.scores + i * kKvPageTokens;
      OnlineSoftmax(scores, n_visible, score_scale, &scratch.maxima[i], &scratch.denominators[i],
                    scores, scratch.sums + i * scratch.sum_stride, scratch.sum_stride);
      Prepare(Lines::kActivations, scores, kKvPageTokens,
              scratch.probabilities + i * probability_bytes);
    }
    // Only the lines that hold visible tokens: what lies behind them may be stale.
    Multiply<Lines>({.panels = v,
                     .n_panels = DivideUp(args.head_dim, kPanelRows),
                     .panel_bytes = v_panel_bytes,
                     .n_lines = DivideUp(n_keys, Lines::kColumns),
                     .x = reinterpret_cast<const Activation*>(scratch.probabilities),
                     .n_tokens = n_queries,
                     .x_stride = probability_bytes / kActivationBytes,
                     .bias = nullptr,
                     .add = true,
                     .out = scratch.sums,
                     .out_stride = scratch.sum_stride,
                     .n_rows = scratch.sum_stride});
  }

  for (int64_t i = 0; i < n_queries; ++i) {
    float* out = args.out + i / args.group * args.out_stride + i % args.group * args.head_dim;
    const F32x16 share = Set(1.0f / scratch.denominators[i]);
    const float* sum = scratch.sums + i * scratch.sum_stride;
    for (int64_t d = 0; d < args.head_dim; d += 16) {
      StoreN(out + d, Mul(Load(sum + d), share), args.head_dim - d);
    }
  }
}

void Attention(const AttentionArgs& args) {
  switch (args.format) {
    case WeightFormat::kF32:
      return AttentionOf<F32Lines>(args);
    case WeightFormat::kBf16:
      return AttentionOf<Bf16WeightLines>(args);
    case WeightFormat::kInt8:
    case WeightFormat::kInt4:
      return;  // K and V are never that: CpuBackend::Create refuses it
  }
}

}  // namespace
}  // namespace lemma::kernels
