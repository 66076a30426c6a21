// K and V of one page, one layer and one KV head, as attention reads them.
//
//   float32, bf16:   K [64 tokens, head_dim] in panels | V [head_dim, 64 tokens] in panels
//   int8:            the same, 4 bytes of each row a line, then the scales, one float a token:
//                    K | V | scales of K [64] | scales of V [64]
//
// An int8 value q is stored as q + 128. What is rounded is not k or v of a token but its rotation
// (hadamard.h), one scale for all of it: (H k) . (H q) = head_dim * k . q, so that the scales are
// those of H k / head_dim and H v / head_dim.
//
// Static for the reason given in panel.h.
#pragma once

#include "inference/kernels/panel.h"

namespace lemma::kernels {

inline constexpr int64_t kKvPageTokens = 64;

struct KvLayout {
  int64_t k_panel_bytes;
  int64_t v_panel_bytes;
  int64_t v;         // where V is, in bytes from K
  int64_t k_scales;  // and the scales of int8
  int64_t v_scales;
  int64_t bytes;  // of all of it
};

static inline KvLayout LayKv(WeightFormat format, int64_t head_dim) {
  const int64_t columns = ColumnsPerLine(format);
  KvLayout layout = {};
  layout.k_panel_bytes = DivideUp(head_dim, columns) * kLineBytes;
  layout.v_panel_bytes = DivideUp(kKvPageTokens, columns) * kLineBytes;
  layout.v = kKvPageTokens / kPanelRows * layout.k_panel_bytes;
  layout.k_scales = layout.v + DivideUp(head_dim, kPanelRows) * layout.v_panel_bytes;
  const int64_t scale_bytes = format == WeightFormat::kInt8 ? kKvPageTokens * 4 : 0;
  layout.v_scales = layout.k_scales + scale_bytes;
  layout.bytes = layout.v_scales + scale_bytes;
  return layout;
}

// Whether K and V can be kept in it: int8 is rotated whole, in one group.
static inline bool IsKvFormat(WeightFormat format, int64_t head_dim) {
  if (format == WeightFormat::kInt8) return head_dim == 64 || head_dim == 128;
  return format != WeightFormat::kInt4;
}

}  // namespace lemma::kernels
