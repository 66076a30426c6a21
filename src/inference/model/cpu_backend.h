// The forward pass of a Qwen2 model on the processor: one function that reads like the model
// (CpuBackend::Forward), over kernels chosen at start and a team of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/base/thread_pool.h"
#include "inference/kernels/kernels.h"
#include "inference/model/backend.h"
#include "inference/model/kv_cache.h"
#include "inference/model/load.h"
#include "inference/model/memory.h"
#include "inference/model/weights.h"

namespace lemma::model {

// The default KV room, in tokens: one VibeThinker trace of 40,960 tokens, the longest its authors
// use, with a prompt of up to 4,096; or eight sequences of 5,632. Pages cost nothing until they are
// used.
inline constexpr int64_t kDefaultKvTokens = 40960 + 4096;

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
  Status Forward(const Batch& batch, std::span<float> logits) override;
  void CopyPage(PageId from, PageId to) override { kv_.CopyPage(from, to); }

  KvCache& kv() { return kv_; }  // for tests

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

  template <typename F>
  void ForEachRow(int64_t n_rows, const F& f);
  void Embed(std::span<const TokenId> tokens);
  void Prepare(int64_t row, const float* x, const kernels::WeightMatrix& next);
  void NormAndPrepare(int64_t n_rows, const float* norm, const kernels::WeightMatrix& next);
  void Matmul(const kernels::WeightMatrix& weights, int64_t n_rows, const MatmulOutput& output);
  void RotateAndStore(int32_t layer, int64_t n_rows);
  void Attend(int32_t layer, std::span<const SequenceSlice> sequences);

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
  int64_t attention_rows_;      // rows that one attention task takes
  int64_t attention_scratch_bytes_;
  std::vector<double> frequencies_;  // [head_dim / 2]: radians a position
  std::vector<RowPlace> places_;     // [batch_rows_max]
  MemoryBlock memory_;
  Buffers b_ = {};
};

}  // namespace lemma::model
