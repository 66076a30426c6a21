// Causal attention over pages of K and V, for every instruction set: include after a simd_*.h.
//
// The query heads of one KV head (6 or 8 of them) and the rows of one call are the "tokens" of two
// small products a page: scores = K q and out += V p. So K and V are read once for all of them:
// 2 * head_dim * bytes(element) a token, against 4 * head_dim * queries operations. At one row with
// 6 heads that is 6 operations a byte in bf16, 12 in int8: bound by memory with the dot
// instructions, by the multipliers without.
//
// A page lies far from the one before it in memory, where no prefetcher of the processor finds it:
// it is fetched while the one before is computed, a part with each query, as all at once would fill
// the core's line buffers and stop it.
//
// Softmax is online: each page rescales what the pages before it gave, within a span, and spans are
// then folded in ascending order. A masked token adds an exact zero, so a row's result does not
// depend on its neighbours, nor on who computed which span.
#pragma once

#include "inference/kernels/attention_scratch.h"
#include "inference/kernels/elementwise.inl.h"
#include "inference/kernels/kv_layout.h"
#include "inference/kernels/matmul.inl.h"

namespace lemma::kernels {
namespace {

constexpr float kMinusInfinity = -__builtin_inff();

// K and V in int8: their scales are a token's (kv_layout.h), so that a sum needs its row's alone.
struct Int8KvLines {
  static constexpr WeightFormat kFormat = WeightFormat::kInt8;
  static constexpr int64_t kColumns = 4;
  static constexpr ActivationFormat kActivations = ActivationFormat::kInt8;
  using Activation = int8_t;
};

template <int kPanels, int kTokens>
inline void SumTile(const Product<Int8KvLines>& product, const std::byte* panels, const int8_t* x,
                    F32x16 (&sums)[kPanels][kTokens]) {
  constexpr int64_t kGroups = 1;  // of a prepared row, at most half full
  I32x16 dots[kPanels][kTokens];
  float scales[kTokens];
  LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
    const PreparedInt8 row = PartsOf(x + t * product.x_stride, kGroups);
    scales[t] = row.scales[0];
    const I32x16 offset = SetInts(row.int8_offsets[0]);
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) dots[p][t] = offset;
  }
  DotInt8Lines(panels, product.panel_bytes, product.n_lines, x, product.x_stride, dots);
  LEMMA_UNROLL for (int t = 0; t < kTokens; ++t) {
    LEMMA_UNROLL for (int p = 0; p < kPanels; ++p) {
      sums[p][t] = MulAdd(ToFloats(dots[p][t]), Set(scales[t]), sums[p][t]);
    }
  }
}

// One query [head_dim], or one page's probabilities, as the products want it.
template <typename Lines>
void PrepareForKv(const float* x, int64_t n, std::byte* prepared) {
  if constexpr (Lines::kFormat == WeightFormat::kInt8) {
    constexpr int kVectors = 128 / 16;  // the largest head; a page has fewer tokens
    static_assert(kKvPageTokens <= 128);
    F32x16 values[kVectors];
    for (int i = 0; i < kVectors; ++i) values[i] = LoadN(x + i * 16, n - i * 16);
    QuantizeGroup(values, PreparedInt8Parts(prepared, PreparedInt8Groups(n)), 0);
  } else {
    Prepare(Lines::kActivations, x, n, prepared);
  }
}

// One query within a page.
struct PageOfQuery {
  float* scores;          // [kKvPageTokens], probabilities afterwards
  int64_t n_seen;         // the first ones; the scores of the others come from stale memory
  const float* k_scales;  // [kKvPageTokens] of int8, or nullptr
  const float* v_scales;
};

// Turns the scores into probabilities relative to the new maximum, ready to weigh V with, and
// scales what the query has so far to it. Most pages have no new maximum: then the scale is exactly
// 1, and nothing is done.
void OnlineSoftmax(const PageOfQuery& page, float score_scale, float* maximum, float* denominator,
                   float* sums, int64_t n_sums) {
  constexpr int kVectors = kKvPageTokens / 16;
  const F32x16 to_log2 = Set(score_scale * kLog2E);
  F32x16 scores[kVectors], highest = Set(*maximum);
  LEMMA_UNROLL for (int i = 0; i < kVectors; ++i) {
    scores[i] = Mul(Load(page.scores + i * 16), to_log2);
    if (page.k_scales != nullptr) scores[i] = Mul(scores[i], Load(page.k_scales + i * 16));
    scores[i] = FirstLanes(scores[i], page.n_seen - i * 16, kMinusInfinity);
    highest = Max(scores[i], highest);
  }
  const float new_maximum = ReduceMax(highest);
  if (new_maximum != *maximum) {
    const F32x16 rescale = Exp2(Sub(Set(*maximum), Set(new_maximum)));
    *denominator *= FirstLane(rescale);
    *maximum = new_maximum;
    for (int64_t i = 0; i < n_sums; i += 16) Store(sums + i, Mul(Load(sums + i), rescale));
  }
  F32x16 total = Set(0);
  LEMMA_UNROLL for (int i = 0; i < kVectors; ++i) {
    F32x16 p = Exp2(Sub(scores[i], Set(new_maximum)));
    p = FirstLanes(p, page.n_seen - i * 16, 0.0f);
    total = Add(total, p);
    if (page.v_scales != nullptr) {
      p = FirstLanes(Mul(p, Load(page.v_scales + i * 16)), page.n_seen - i * 16, 0.0f);
    }
    Store(page.scores + i * 16, p);
  }
  *denominator += ReduceAdd(total);
}

// Part i of n_parts of what is read next, into the L2 cache; nullptr: nothing is.
inline void FetchPagePart(const std::byte* next, int64_t bytes, int64_t i, int64_t n_parts) {
  if (next == nullptr) return;
  const int64_t part_bytes = DivideUp(bytes, n_parts * kLineBytes) * kLineBytes;
  const int64_t end = (i + 1) * part_bytes < bytes ? (i + 1) * part_bytes : bytes;
  for (int64_t at = i * part_bytes; at < end; at += kLineBytes) {
    __builtin_prefetch(next + at, 0, 2);
  }
}

// What one page of the span adds to all queries. n_keys: how many of its tokens any of them sees.
// next: the page after it, or nullptr.
template <typename Lines>
void AttendPage(const AttentionArgs& args, const AttentionScratch& scratch, int64_t page,
                int64_t n_keys, const std::byte* next) {
  using Activation = typename Lines::Activation;
  constexpr bool kIsInt8 = Lines::kFormat == WeightFormat::kInt8;
  const KvLayout layout = LayKv(Lines::kFormat, args.head_dim);
  const std::byte* k = args.kv + args.pages[page] * args.page_bytes;
  const int64_t n_queries = args.n_rows * args.group;
  const int64_t n_sums = AttentionSumFloats(args.head_dim);
  const int64_t query_bytes = PreparedRowBytes(Lines::kActivations, args.head_dim);
  const int64_t probability_bytes = PreparedRowBytes(Lines::kActivations, kKvPageTokens);
  Multiply<Lines>({.panels = k,
                   .n_panels = DivideUp(n_keys, kPanelRows),
                   .panel_bytes = layout.k_panel_bytes,
                   .n_lines = layout.k_panel_bytes / kLineBytes,
                   .x = reinterpret_cast<const Activation*>(scratch.queries),
                   .n_tokens = n_queries,
                   .x_stride = query_bytes / static_cast<int64_t>(sizeof(Activation)),
                   .bias = nullptr,
                   .add = false,
                   .out = scratch.scores,
                   .out_stride = kKvPageTokens,
                   .n_rows = kKvPageTokens});
  const float score_scale = 1.0f / __builtin_sqrtf(static_cast<float>(args.head_dim));
  for (int64_t i = 0; i < n_queries; ++i) {
    FetchPagePart(next, layout.bytes, i, n_queries);
    const int64_t n_seen = args.rows[i / args.group].n_seen - page * kKvPageTokens;
    float* scores = scratch.scores + i * kKvPageTokens;
    OnlineSoftmax(
        {.scores = scores,
         .n_seen = n_seen < 0        ? 0
                   : n_seen < n_keys ? n_seen
                                     : n_keys,
         .k_scales = kIsInt8 ? reinterpret_cast<const float*>(k + layout.k_scales) : nullptr,
         .v_scales = kIsInt8 ? reinterpret_cast<const float*>(k + layout.v_scales) : nullptr},
        score_scale, &scratch.maxima[i], &scratch.denominators[i], scratch.sums + i * n_sums,
        n_sums);
    PrepareForKv<Lines>(scores, kKvPageTokens, scratch.probabilities + i * probability_bytes);
  }
  // Only the lines that hold visible tokens: what lies behind them may be stale.
  Multiply<Lines>({.panels = k + layout.v,
                   .n_panels = DivideUp(args.head_dim, kPanelRows),
                   .panel_bytes = layout.v_panel_bytes,
                   .n_lines = DivideUp(n_keys, Lines::kColumns),
                   .x = reinterpret_cast<const Activation*>(scratch.probabilities),
                   .n_tokens = n_queries,
                   .x_stride = probability_bytes / static_cast<int64_t>(sizeof(Activation)),
                   .bias = nullptr,
                   .add = true,
                   .out = scratch.sums,
                   .out_stride = n_sums,
                   .n_rows = n_sums});
}

template <typename Lines>
void AttentionOf(const AttentionArgs& args) {
  const int64_t n_queries = args.n_rows * args.group;
  const int64_t n_sums = AttentionSumFloats(args.head_dim);
  const int64_t query_bytes = PreparedRowBytes(Lines::kActivations, args.head_dim);
  const AttentionScratch scratch = LayAttentionScratch(args.scratch, n_queries, args.head_dim);
  int64_t n_keys = 0;
  for (int64_t i = 0; i < n_queries; ++i) {
    const AttentionRow& row = args.rows[i / args.group];
    if (row.n_seen > n_keys) n_keys = row.n_seen;
    PrepareForKv<Lines>(row.q + i % args.group * args.head_dim, args.head_dim,
                        scratch.queries + i * query_bytes);
    scratch.maxima[i] = kMinusInfinity;
    scratch.denominators[i] = 0;
    for (int64_t d = 0; d < n_sums; ++d) scratch.sums[i * n_sums + d] = 0;
  }
  for (int64_t page = 0; page * kKvPageTokens < n_keys; ++page) {
    const int64_t n = n_keys - page * kKvPageTokens;
    const bool is_last = n <= kKvPageTokens;
    AttendPage<Lines>(args, scratch, page, is_last ? n : kKvPageTokens,
                      is_last ? args.next : args.kv + args.pages[page + 1] * args.page_bytes);
  }
  for (int64_t i = 0; i < n_queries; ++i) {
    float* partial =
        args.rows[i / args.group].partial + i % args.group * AttentionPartialFloats(args.head_dim);
    for (int64_t d = 0; d < n_sums; d += 16) {
      Store(partial + d, Load(scratch.sums + i * n_sums + d));
    }
    partial[n_sums] = scratch.maxima[i];
    partial[n_sums + 1] = scratch.denominators[i];
  }
}

void Attention(const AttentionArgs& args) {
  switch (args.format) {
    case WeightFormat::kF32:
      return AttentionOf<F32Lines>(args);
    case WeightFormat::kBf16:
      return AttentionOf<Bf16WeightLines>(args);
    case WeightFormat::kInt8:
      return AttentionOf<Int8KvLines>(args);
    case WeightFormat::kInt4:
      return;  // K and V are never that (IsKvFormat)
  }
}

void FoldAttention(const float* partial, int64_t head_dim, float* total) {
  const int64_t n_sums = AttentionSumFloats(head_dim);
  const float* maximum = partial + n_sums;
  float* total_maximum = total + n_sums;
  const F32x16 highest = Max(Set(*maximum), Set(*total_maximum));
  const F32x16 scale = Exp2(Sub(Set(*maximum), highest));
  const F32x16 total_scale = Exp2(Sub(Set(*total_maximum), highest));
  for (int64_t d = 0; d < n_sums; d += 16) {
    Store(total + d, MulAdd(Load(partial + d), scale, Mul(Load(total + d), total_scale)));
  }
  total[n_sums + 1] =
      partial[n_sums + 1] * FirstLane(scale) + total[n_sums + 1] * FirstLane(total_scale);
  *total_maximum = FirstLane(highest);
}

void FinishAttention(const float* total, int64_t head_dim, float* out) {
  const F32x16 share = Set(1.0f / total[AttentionSumFloats(head_dim) + 1]);
  for (int64_t d = 0; d < head_dim; d += 16) {
    StoreN(out + d, Mul(Load(total + d), share), head_dim - d);
  }
}

}  // namespace
}  // namespace lemma::kernels
