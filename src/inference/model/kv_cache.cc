#include "inference/model/kv_cache.h"

#include <cstring>
#include <utility>

#include "common/base/check.h"
#include "inference/kernels/float16.h"

namespace lemma::model {
namespace {

using kernels::MatrixBytes;
using kernels::PanelIndex;
using kernels::WeightFormat;

static_assert(kPageTokens == kernels::kKvPageTokens);

int64_t HeadBytes(const ModelConfig& config, WeightFormat format) {
  return MatrixBytes(format, kPageTokens, config.head_dim) +
         MatrixBytes(format, config.head_dim, kPageTokens);
}

}  // namespace

int64_t KvCache::PageBytes(const ModelConfig& config, WeightFormat format) {
  return int64_t{config.n_layers} * config.n_kv_heads * HeadBytes(config, format);
}

Result<KvCache> KvCache::Allocate(const ModelConfig& config, WeightFormat format, int32_t n_pages) {
  const int64_t bytes = PageBytes(config, format) * n_pages;
  LEMMA_ASSIGN_OR_RETURN(MemoryBlock memory,
                         MemoryBlock::Allocate(static_cast<uint64_t>(bytes), "the KV cache"));
  return KvCache(config, format, n_pages, std::move(memory));
}

KvCache::KvCache(const ModelConfig& config, WeightFormat format, int32_t n_pages,
                 MemoryBlock memory)
    : format_(format),
      n_pages_(n_pages),
      n_kv_heads_(config.n_kv_heads),
      head_dim_(config.head_dim),
      head_bytes_(HeadBytes(config, format)),
      page_bytes_(PageBytes(config, format)),
      memory_(std::move(memory)) {}

template <typename T, typename Convert>
void KvCache::StoreAs(std::byte* head, int32_t slot, bool is_last, const float* k, const float* v,
                      Convert convert) const {
  T* k_page = reinterpret_cast<T*>(head);
  T* v_page = reinterpret_cast<T*>(head + MatrixBytes(format_, kPageTokens, head_dim_));
  const int64_t line_end = kernels::DivideUp(slot + 1, kernels::ColumnsPerLine(format_)) *
                           kernels::ColumnsPerLine(format_);
  for (int32_t d = 0; d < head_dim_; ++d) {
    k_page[PanelIndex<T>(slot, d, head_dim_)] = convert(k[d]);
    v_page[PanelIndex<T>(d, slot, kPageTokens)] = convert(v[d]);
    for (int64_t rest = slot + 1; is_last && rest < line_end; ++rest) {
      v_page[PanelIndex<T>(d, rest, kPageTokens)] = T{0};
    }
  }
}

void KvCache::Store(int32_t layer, int32_t kv_head, PageId page, int32_t slot, bool is_last,
                    const float* k, const float* v) {
  std::byte* head =
      memory_.data() + page * page_bytes_ + (int64_t{layer} * n_kv_heads_ + kv_head) * head_bytes_;
  if (format_ == WeightFormat::kF32) {
    StoreAs<float>(head, slot, is_last, k, v, [](float value) { return value; });
  } else {
    StoreAs<uint16_t>(head, slot, is_last, k, v, kernels::FloatToBf16);
  }
}

void KvCache::CopyPage(PageId from, PageId to) {
  LEMMA_CHECK(from >= 0 && from < n_pages_ && to >= 0 && to < n_pages_ && from != to);
  std::memcpy(memory_.data() + to * page_bytes_, memory_.data() + from * page_bytes_,
              static_cast<size_t>(page_bytes_));
}

}  // namespace lemma::model
