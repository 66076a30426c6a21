// K and V of all layers in pages of kPageTokens tokens, in one block of memory allocated at start.
// Which page belongs to whom is the engine's business.
//
//   block:  page 0 | page 1 | ...
//   page:   layer 0, KV head 0 | layer 0, KV head 1 | ... | layer 1, KV head 0 | ...
//   each:   K [64 tokens, head_dim] | V [head_dim, 64 tokens]        kernels/kv_layout.h
//
//   K in bf16, tokens 0-15, line p:  token 0        token 1        ...   token 15
//                                    |2p  |2p+1 |   |2p  |2p+1 |         |2p  |2p+1 |   dimensions
//   V in bf16, dims 0-15, line p:    dim 0          dim 1          ...   dim 15
//                                    |2p  |2p+1 |   |2p  |2p+1 |         |2p  |2p+1 |   tokens
//
// So scores are the product of K with q, and the output is the product of V with the probabilities,
// by the kernel that multiplies weights. VibeThinker-1.5B in bf16: 32 KB for each layer and KV
// head, 1.75 MB a page (in int8 16.5 KB and 0.9 MB); a page is contiguous, so that copying one is
// one copy.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/status.h"
#include "inference/kernels/kernels.h"
#include "inference/model/backend.h"
#include "inference/model/config.h"
#include "inference/model/memory.h"

namespace lemma::model {

// Not thread-safe as a whole; Store may be called at once for different tokens.
class KvCache {
 public:
  static Result<KvCache> Allocate(const ModelConfig& config, kernels::WeightFormat format,
                                  int32_t n_pages);
  static int64_t PageBytes(const ModelConfig& config, kernels::WeightFormat format);

  int32_t n_pages() const { return n_pages_; }
  kernels::WeightFormat format() const { return format_; }
  int64_t page_bytes() const { return page_bytes_; }

  // Where K of one layer and KV head is in page 0 (kernels::AttentionArgs::kv).
  const std::byte* Head(int32_t layer, int32_t kv_head) const {
    return memory_.data() + (int64_t{layer} * n_kv_heads_ + kv_head) * layout_.bytes;
  }

  // Writes one token's k and v [head_dim], rotated (kernels/hadamard.h) for int8. The last token
  // that a call of the model writes is also the last of its line for now: the rest of the line,
  // which attention multiplies by zero, is set to zero, as it may be stale and no number.
  void Store(int32_t layer, int32_t kv_head, PageId page, int32_t slot, bool is_last,
             const float* k, const float* v);

  void CopyPage(PageId from, PageId to);

  // For tests: everything, to be filled with poison.
  std::span<std::byte> bytes() { return {memory_.data(), memory_.bytes()}; }

 private:
  KvCache(const ModelConfig& config, kernels::WeightFormat format, int32_t n_pages,
          MemoryBlock memory);

  template <typename T, typename Convert>
  void StoreAs(std::byte* head, int32_t slot, bool is_last, const float* k, const float* v,
               Convert convert) const;
  void StoreInt8(std::byte* head, int32_t slot, const float* k, const float* v) const;

  kernels::WeightFormat format_;
  int32_t n_pages_;
  int32_t n_kv_heads_;
  int32_t head_dim_;
  kernels::KvLayout layout_;  // of one page, layer and KV head
  int64_t page_bytes_;
  MemoryBlock memory_;
};

}  // namespace lemma::model
