#include "inference/model/kv_cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "common/base/check.h"
#include "inference/kernels/float16.h"

namespace lemma::model {
namespace {

using kernels::kLineBytes;
using kernels::kPanelRows;
using kernels::PanelIndex;
using kernels::WeightFormat;

static_assert(kPageTokens == kernels::kKvPageTokens);

constexpr int kInt8ZeroPoint = 128;
constexpr float kSmallest = 0x1p-120f;  // a scale below it is as good as zero, and has no inverse

// The scale of one token's k or v, NaN where a value is not finite.
float Int8Scale(const float* values, int32_t n) {
  float maximum = 0, not_finite = 0;
  for (int32_t i = 0; i < n; ++i) {
    maximum = std::max(maximum, std::abs(values[i]));
    not_finite += values[i] * 0;
  }
  return maximum / 127 + not_finite;
}

// As stored, to the nearest.
std::byte Int8Of(float value, float inverse_scale) {
  constexpr float kRounding = 0x1.8p23f;
  const float rounded = (value * inverse_scale + kRounding) - kRounding;
  return static_cast<std::byte>((std::isfinite(rounded) ? static_cast<int>(rounded) : 0) +
                                kInt8ZeroPoint);
}

}  // namespace

int64_t KvCache::PageBytes(const ModelConfig& config, WeightFormat format) {
  return int64_t{config.n_layers} * config.n_kv_heads *
         kernels::LayKv(format, config.head_dim).bytes;
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
      layout_(kernels::LayKv(format, config.head_dim)),
      page_bytes_(PageBytes(config, format)),
      memory_(std::move(memory)) {}

template <typename T, typename Convert>
void KvCache::StoreAs(std::byte* head, int32_t slot, bool is_last, const float* k, const float* v,
                      Convert convert) const {
  T* k_page = reinterpret_cast<T*>(head);
  T* v_page = reinterpret_cast<T*>(head + layout_.v);
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

void KvCache::StoreInt8(std::byte* head, int32_t slot, const float* k, const float* v) const {
  const float k_scale = Int8Scale(k, head_dim_), v_scale = Int8Scale(v, head_dim_);
  const auto n = static_cast<float>(head_dim_);
  reinterpret_cast<float*>(head + layout_.k_scales)[slot] = k_scale / n;
  reinterpret_cast<float*>(head + layout_.v_scales)[slot] = v_scale / n;
  // A scale that is no number makes the products so; the integers are then any.
  const float k_inverse = 1 / std::max(k_scale, kSmallest);
  const float v_inverse = 1 / std::max(v_scale, kSmallest);
  std::byte* k_line = head + slot / kPanelRows * layout_.k_panel_bytes + slot % kPanelRows * 4;
  std::byte* v_line = head + layout_.v + slot / 4 * kLineBytes + slot % 4;
  for (int32_t d = 0; d < head_dim_; ++d) {
    k_line[d / 4 * kLineBytes + d % 4] = Int8Of(k[d], k_inverse);
    v_line[d / kPanelRows * layout_.v_panel_bytes + d % kPanelRows * 4] = Int8Of(v[d], v_inverse);
  }
}

void KvCache::Store(int32_t layer, int32_t kv_head, PageId page, int32_t slot, bool is_last,
                    const float* k, const float* v) {
  std::byte* head = memory_.data() + page * page_bytes_ +
                    (int64_t{layer} * n_kv_heads_ + kv_head) * layout_.bytes;
  if (format_ == WeightFormat::kInt8) {
    StoreInt8(head, slot, k, v);
  } else if (format_ == WeightFormat::kF32) {
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
