// The attention of CpuBackend, as AttentionPlan shares it out.
#include <algorithm>
#include <array>

#include "inference/model/cpu_backend.h"

namespace lemma::model {

using kernels::AttentionRow;
using kernels::kSpanTokens;

namespace {

// Below it the fold is shorter than waking the threads.
constexpr int32_t kFoldsAlone = 32;

constexpr int64_t kNoTask = -1;

}  // namespace

// Tasks are dealt out in turn: neighbours cost the same.
void CpuBackend::Attend(int32_t layer) {
  const int64_t n_threads = pool_->n_threads(), n_kv_heads = config_.n_kv_heads;
  const int64_t n_blocks = std::ssize(plan_.blocks()) * n_kv_heads;
  const int64_t n_tasks = n_blocks + std::ssize(plan_.spans()) * n_kv_heads;
  pool_->Run([&](int member) {
    int64_t task = member;
    for (; task < n_blocks; task += n_threads) {
      AttendBlock(layer, static_cast<int32_t>(task % n_kv_heads),
                  plan_.blocks()[static_cast<size_t>(task / n_kv_heads)], member);
    }
    for (; task < n_tasks; task += n_threads) {
      const int64_t next = task + n_threads - n_blocks;
      AttendSpan(layer, task - n_blocks, next < n_tasks - n_blocks ? next : kNoTask, member);
    }
  });
  const auto n_folds = static_cast<int64_t>(plan_.folds().size()) * n_kv_heads;
  const auto fold = [&](int member, int64_t i) {
    FoldRow(plan_.folds()[static_cast<size_t>(i / n_kv_heads)],
            static_cast<int32_t>(i % n_kv_heads), member);
  };
  if (plan_.n_partials() < kFoldsAlone) {
    for (int64_t i = 0; i < n_folds; ++i) fold(0, i);
  } else {
    ForEachRow(n_folds, fold);
  }
}

void CpuBackend::AttendBlock(int32_t layer, int32_t kv_head, const AttentionPlan::Block& block,
                             int member) {
  const int64_t row_floats = group_ * partial_floats_;
  float *totals = Folding(member, 0), *partials = Folding(member, 1);
  for (int64_t i = 0; i < block.n_rows * group_; ++i) {
    kernels::ClearAttention(config_.head_dim, totals + i * partial_floats_);
  }
  const int64_t n_tokens = int64_t{block.position} + block.n_rows;
  for (int64_t begin = 0; begin < n_tokens; begin += kSpanTokens) {
    // The first rows of a block may end before the span begins.
    const int64_t first = std::max<int64_t>(begin - block.position, 0);
    std::array<AttentionRow, kAttentionQueries> rows;
    for (int64_t i = first; i < block.n_rows; ++i) {
      rows[static_cast<size_t>(i)] = {
          .q = Query(block.row + i, kv_head),
          .n_seen = std::min(kSpanTokens, block.position + i + 1 - begin),
          .partial = partials + i * row_floats};
    }
    const std::span seeing(rows.data() + first, static_cast<size_t>(block.n_rows - first));
    const PageId* pages = block.pages + begin / kPageTokens;
    const std::byte* next_page = begin + kSpanTokens < n_tokens
                                     ? PageOf(layer, kv_head, pages[kernels::kSpanPages])
                                     : nullptr;
    CallAttention(layer, kv_head, pages, next_page, seeing, member);
    for (int64_t i = first * group_; i < block.n_rows * group_; ++i) {
      kernels_.fold_attention(partials + i * partial_floats_, config_.head_dim,
                              totals + i * partial_floats_);
    }
  }
  for (int64_t i = 0; i < block.n_rows; ++i) {
    FinishRow(totals + i * row_floats, block.row + i, kv_head);
  }
}

// A task: a span and a KV head. next: which one this thread does after it, whose first page is
// fetched meanwhile.
void CpuBackend::AttendSpan(int32_t layer, int64_t task, int64_t next, int member) {
  const auto span_of = [&](int64_t i) -> const AttentionPlan::Span& {
    return plan_.spans()[static_cast<size_t>(i / config_.n_kv_heads)];
  };
  const auto head_of = [&](int64_t i) { return static_cast<int32_t>(i % config_.n_kv_heads); };
  const AttentionPlan::Span& span = span_of(task);
  const int32_t kv_head = head_of(task);
  std::array<AttentionRow, kAttentionQueries> rows;
  for (size_t i = 0; i < span.rows.size(); ++i) {
    const auto& [row, n_seen, partial] = span.rows[i];
    rows[i] = {.q = Query(row, kv_head),
               .n_seen = n_seen,
               .partial = b_.partials + (int64_t{partial} * config_.n_heads + kv_head * group_) *
                                            partial_floats_};
  }
  const std::byte* next_page =
      next == kNoTask ? nullptr : PageOf(layer, head_of(next), *span_of(next).pages);
  CallAttention(layer, kv_head, span.pages, next_page, {rows.data(), span.rows.size()}, member);
}

const std::byte* CpuBackend::PageOf(int32_t layer, int32_t kv_head, PageId page) const {
  return kv_.Head(layer, kv_head) + page * kv_.page_bytes();
}

void CpuBackend::CallAttention(int32_t layer, int32_t kv_head, const PageId* pages,
                               const std::byte* next_page, std::span<const AttentionRow> rows,
                               int member) {
  kernels_.attention({.rows = rows.data(),
                      .n_rows = static_cast<int64_t>(rows.size()),
                      .group = group_,
                      .head_dim = config_.head_dim,
                      .format = kv_.format(),
                      .kv = kv_.Head(layer, kv_head),
                      .page_bytes = kv_.page_bytes(),
                      .pages = pages,
                      .next = next_page,
                      .scratch = b_.scratch + member * attention_scratch_bytes_});
}

void CpuBackend::FoldRow(const AttentionPlan::Fold& fold, int32_t kv_head, int member) {
  float* totals = Folding(member, 0);
  for (int64_t query = 0; query < group_; ++query) {
    float* total = totals + query * partial_floats_;
    kernels::ClearAttention(config_.head_dim, total);
    for (int64_t i = fold.first_partial; i < fold.first_partial + fold.n_partials; ++i) {
      const int64_t head = kv_head * group_ + query;
      kernels_.fold_attention(b_.partials + (i * config_.n_heads + head) * partial_floats_,
                              config_.head_dim, total);
    }
  }
  FinishRow(totals, fold.row, kv_head);
}

void CpuBackend::FinishRow(const float* totals, int64_t row, int32_t kv_head) {
  float* out = b_.attention + row * config_.q_dim() + kv_head * group_ * config_.head_dim;
  for (int64_t query = 0; query < group_; ++query) {
    kernels_.finish_attention(totals + query * partial_floats_, config_.head_dim,
                              out + query * config_.head_dim);
  }
  if (kv_.format() == kernels::WeightFormat::kInt8) {
    kernels_.rotate(out, group_, config_.head_dim);
  }
}

// Room of a thread for one task's queries: 0 for totals, 1 for the span's.
float* CpuBackend::Folding(int member, int which) const {
  return b_.folding + (member * 2 + which) * attention_rows_ * group_ * partial_floats_;
}

const float* CpuBackend::Query(int64_t row, int32_t kv_head) const {
  return b_.qkv + row * (config_.q_dim() + 2 * config_.kv_dim()) +
         kv_head * group_ * config_.head_dim;
}

}  // namespace lemma::model
