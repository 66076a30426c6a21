// The forward pass of a Qwen2 model on the processor: one function that reads like the model
// (CpuBackend::Forward), over kernels chosen at start and a team of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/base/thread_pool.h"
#include "inference/kernels/kernels.h"
#include "inference/model/attention_plan.h"
#include "inference/model/backend.h"
#include "inference/model/kv_cache.h"
#include "inference/model/load.h"
#include "inference/model/memory.h"
#include "inference/model/weights.h"

namespace lemma::model {

class CpuBackend final : public Backend {
 public:
  // Allocates the KV cache and all buffers. Of `options` the row limits, kv_bytes_max and kv_format
  // count.
  // Errors: kInvalidArgument (an option out of range, named), kIo (no memory).
  static Result<std::unique_ptr<CpuBackend>> Create(const ModelConfig& config, Weights weights,
                                                    const kernels::Kernels& kernels,
                                                    std::unique_ptr<ThreadPool> pool,
                                                    const CpuBackendOptions& options);

  const ModelConfig& config() const override { return config_; }
  const BackendInfo& info() const override { return info_; }
  int32_t n_pages() const override { return kv_.n_pages(); }
  int32_t batch_rows_max() const override { return batch_rows_max_; }
  int32_t logit_rows_max() const override { return logit_rows_max_; }
  const kernels::Kernels& host_kernels() const override { return kernels_; }
  Status Forward(const Batch& batch, std::span<float> logits) override;
  void CopyPage(PageId from, PageId to) override { kv_.CopyPage(from, to); }

  KvCache& kv() { return kv_; }  // for tests

  // Queries (rows times the heads that share a KV head) of one attention task: enough to use each
  // page of K and V while it is in the L1 cache, few enough that a chunk makes many tasks.
  static constexpr int64_t kAttentionQueries = 48;

 private:
  // What one Forward works on. Rows are tokens of the batch.
  struct Buffers {
    float* x;             // [batch_rows_max, hidden_size]: the residual stream
    float* qkv;           // [batch_rows_max, q_dim + 2 * kv_dim]
    float* attention;     // [batch_rows_max, q_dim]
    float* gate_up;       // [batch_rows_max, 2 * intermediate_size]
    float* cos;           // [batch_rows_max, head_dim / 2]
    float* sin;           // [batch_rows_max, head_dim / 2]
    std::byte* prepared;  // [batch_rows_max, prepared_bytes_max_]
    float* row;           // [n_threads, widest input]: one row on its way into `prepared`
    float* partials;      // [AttentionPlan::kPartialsMax, n_heads, partial_floats_]
    float* folding;       // [n_threads, 2, attention_rows_ * group, partial_floats_]
    std::byte* scratch;   // [n_threads, attention_scratch_bytes_]
  };

  // Where a row's K and V go.
  struct RowPlace {
    PageId page;
    int32_t slot;
    bool is_last;  // of its sequence in this batch
  };

  struct MatmulOutput {
    float* out;  // [n_rows, rows of the matrix]
    const float* bias = nullptr;
    bool add = false;
  };

  CpuBackend(const ModelConfig& config, Weights weights, const kernels::Kernels& kernels,
             std::unique_ptr<ThreadPool> pool, const CpuBackendOptions& options, KvCache kv);
  Buffers LayBuffers(BlockLayout& layout) const;

  void CheckBatch(const Batch& batch, std::span<float> logits) const;
  void PlaceRows(const Batch& batch);

  // Calls f(member, row) for all rows; a single row is not worth waking the others for.
  template <typename F>
  void ForEachRow(int64_t n_rows, const F& f) {
    if (n_rows == 1) return f(0, int64_t{0});
    pool_->Run([&](int member) {
      const Slice rows = SliceOf(n_rows, 1, member, pool_->n_threads());
      for (int64_t row = rows.begin; row < rows.end; ++row) f(member, row);
    });
  }
  void Embed(std::span<const TokenId> tokens);
  void Prepare(int64_t row, const float* x, const kernels::WeightMatrix& next);
  void NormAndPrepare(int64_t n_rows, const float* norm, const kernels::WeightMatrix& next);
  void Matmul(const kernels::WeightMatrix& weights, int64_t n_rows, const MatmulOutput& output);
  void RotateAndStore(int32_t layer, int64_t n_rows);
  void Attend(int32_t layer);
  void AttendBlock(int32_t layer, int32_t kv_head, const AttentionPlan::Block& block, int member);
  void AttendSpan(int32_t layer, int64_t task, int64_t next, int member);
  void FoldRow(const AttentionPlan::Fold& fold, int32_t kv_head, int member);
  void CallAttention(int32_t layer, int32_t kv_head, const PageId* pages,
                     const std::byte* next_page, std::span<const kernels::AttentionRow> rows,
                     int member);
  const std::byte* PageOf(int32_t layer, int32_t kv_head, PageId page) const;
  void FinishRow(const float* totals, int64_t row, int32_t kv_head);
  float* Folding(int member, int which) const;
  const float* Query(int64_t row, int32_t kv_head) const;

  ModelConfig config_;
  BackendInfo info_;
  Weights weights_;
  const kernels::Kernels& kernels_;
  std::unique_ptr<ThreadPool> pool_;
  KvCache kv_;
  int32_t batch_rows_max_;
  int32_t logit_rows_max_;
  int64_t widest_;              // columns of the widest matrix
  int64_t prepared_bytes_max_;  // of a row as wide, in the format that needs most
  int64_t group_;               // query heads that share a KV head
  int64_t attention_rows_;      // rows that one attention task takes
  int64_t partial_floats_;      // of one query's attention over a span
  int64_t attention_scratch_bytes_;
  std::vector<double> frequencies_;  // [head_dim / 2]: radians a position
  std::vector<RowPlace> places_;     // [batch_rows_max]
  AttentionPlan plan_;
  MemoryBlock memory_;
  Buffers b_ = {};
};

}  // namespace lemma::model
