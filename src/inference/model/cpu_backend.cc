#include "inference/model/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "inference/kernels/float16.h"
#include "inference/kernels/isa.h"
#include "inference/kernels/quantize.h"
#include "inference/model/kv_room.h"
#include "inference/model/weight_format.h"

namespace lemma::model {
namespace {

using kernels::ActivationFormat;
using kernels::PreparedRowBytes;
using kernels::WeightFormat;
using kernels::WeightMatrix;

// No more rows than this: buffers and attention tasks grow with them, speed no longer does.
constexpr int32_t kBatchRowsLimit = 8192;

bool IsRounded(WeightFormat format) {
  return format == WeightFormat::kInt8 || format == WeightFormat::kInt4;
}

uint64_t BytesOf(const WeightMatrix& matrix) {
  return static_cast<uint64_t>(kernels::MatrixBytes(matrix.format, matrix.rows, matrix.cols));
}

Status CheckRows(int32_t rows, const char* field) {
  if (rows >= 1 && rows <= kBatchRowsLimit) return Ok();
  return InvalidArgument("must be from 1 to " + std::to_string(kBatchRowsLimit), field);
}

}  // namespace

Result<std::unique_ptr<CpuBackend>> CpuBackend::Create(const ModelConfig& config, Weights weights,
                                                       const kernels::Kernels& kernels,
                                                       std::unique_ptr<ThreadPool> pool,
                                                       const CpuBackendOptions& options) {
  LEMMA_RETURN_IF_ERROR(CheckRows(options.batch_rows_max, "batch_rows_max"));
  LEMMA_RETURN_IF_ERROR(CheckRows(options.logit_rows_max, "logit_rows_max"));
  const WeightFormat kv_format = options.kv_format.value_or(
      !IsRounded(weights.format)                                  ? weights.format
      : kernels::IsKvFormat(WeightFormat::kInt8, config.head_dim) ? WeightFormat::kInt8
                                                                  : WeightFormat::kBf16);
  if (!kernels::IsKvFormat(kv_format, config.head_dim)) {
    return InvalidArgument("K and V are float32, bf16 or, of heads of 64 or 128, q8", "kv_format");
  }
  LEMMA_ASSIGN_OR_RETURN(
      const int32_t n_pages,
      ChooseKvPages({.page_bytes = static_cast<uint64_t>(KvCache::PageBytes(config, kv_format)),
                     .context_tokens_max = config.context_length_max,
                     .bytes_asked = options.kv_bytes_max,
                     .bytes_available = AvailableMemoryBytes(),
                     .weight_file_bytes = weights.memory.file_bytes()}));
  LEMMA_ASSIGN_OR_RETURN(KvCache kv, KvCache::Allocate(config, kv_format, n_pages));
  std::unique_ptr<CpuBackend> backend(
      new CpuBackend(config, std::move(weights), kernels, std::move(pool), options, std::move(kv)));
  BlockLayout counting(nullptr);
  (void)backend->LayBuffers(counting);
  LEMMA_ASSIGN_OR_RETURN(backend->memory_, MemoryBlock::Allocate(counting.bytes(), "activations"));
  BlockLayout layout(backend->memory_.data());
  backend->b_ = backend->LayBuffers(layout);
  return backend;
}

CpuBackend::CpuBackend(const ModelConfig& config, Weights weights, const kernels::Kernels& kernels,
                       std::unique_ptr<ThreadPool> pool, const CpuBackendOptions& options,
                       KvCache kv)
    : config_(config),
      weights_(std::move(weights)),
      kernels_(kernels),
      pool_(std::move(pool)),
      kv_(std::move(kv)),
      batch_rows_max_(options.batch_rows_max),
      logit_rows_max_(std::min(options.logit_rows_max, options.batch_rows_max)),
      widest_(std::max({config.hidden_size, config.q_dim(), config.intermediate_size})),
      prepared_bytes_max_(std::max(PreparedRowBytes(ActivationFormat::kF32, widest_),
                                   PreparedRowBytes(ActivationFormat::kInt8, widest_))),
      group_(config.n_heads / config.n_kv_heads),
      attention_rows_(std::max<int64_t>(kAttentionQueries / group_, 1)),
      partial_floats_(kernels::AttentionPartialFloats(config.head_dim)),
      attention_scratch_bytes_(
          kernels::AttentionScratchBytes(attention_rows_ * group_, config.head_dim)),
      places_(static_cast<size_t>(options.batch_rows_max)),
      plan_(options.batch_rows_max, static_cast<int32_t>(attention_rows_)) {
  for (int32_t i = 0; i < config.head_dim / 2; ++i) {
    frequencies_.push_back(std::pow(config.rope_theta, -2.0 * i / config.head_dim));
  }
  info_.device = std::string("cpu ") + IsaName(kernels.isa) + ", " +
                 std::to_string(pool_->n_threads()) +
                 (pool_->n_threads() == 1 ? " thread" : " threads");
  info_.weights = WeightFormatName(weights_.format);
  info_.n_threads = pool_->n_threads();
  info_.kv = WeightFormatName(kv_.format());
  info_.weight_bytes = weights_.memory.bytes();
  info_.weight_bytes_read =
      info_.weight_bytes - (config.tied_embeddings ? 0 : BytesOf(weights_.embedding));
  info_.kv_bytes_per_token = static_cast<uint64_t>(kv_.page_bytes() / kPageTokens);
}

CpuBackend::Buffers CpuBackend::LayBuffers(BlockLayout& layout) const {
  const int64_t rows = batch_rows_max_;
  const int64_t n_threads = pool_->n_threads();
  return {.x = layout.TakeFloats(rows * config_.hidden_size),
          .qkv = layout.TakeFloats(rows * (config_.q_dim() + 2 * config_.kv_dim())),
          .attention = layout.TakeFloats(rows * config_.q_dim()),
          .gate_up = layout.TakeFloats(rows * 2 * config_.intermediate_size),
          .cos = layout.TakeFloats(rows * config_.head_dim / 2),
          .sin = layout.TakeFloats(rows * config_.head_dim / 2),
          .prepared = layout.Take(rows * prepared_bytes_max_),
          .row = layout.TakeFloats(n_threads * widest_),
          .partials =
              layout.TakeFloats(AttentionPlan::kPartialsMax * config_.n_heads * partial_floats_),
          .folding = layout.TakeFloats(n_threads * 2 * attention_rows_ * group_ * partial_floats_),
          .scratch = layout.Take(n_threads * attention_scratch_bytes_)};
}

Status CpuBackend::Forward(const Batch& batch, std::span<float> logits) {
  CheckBatch(batch, logits);
  const auto n_rows = static_cast<int64_t>(batch.tokens.size());
  PlaceRows(batch);
  plan_.Build(batch.sequences);
  Embed(batch.tokens);
  for (int32_t i = 0; i < config_.n_layers; ++i) {
    const LayerWeights& layer = weights_.layers[static_cast<size_t>(i)];

    NormAndPrepare(n_rows, layer.input_norm, layer.qkv);
    Matmul(layer.qkv, n_rows, {.out = b_.qkv, .bias = layer.qkv_bias});
    RotateAndStore(i, n_rows);
    Attend(i);
    Beat();
    ForEachRow(n_rows, [&](int, int64_t row) {
      Prepare(row, b_.attention + row * config_.q_dim(), layer.o);
    });
    Matmul(layer.o, n_rows, {.out = b_.x, .add = true});

    NormAndPrepare(n_rows, layer.post_attention_norm, layer.gate_up);
    Matmul(layer.gate_up, n_rows, {.out = b_.gate_up});
    ForEachRow(n_rows, [&](int member, int64_t row) {
      const int64_t n = config_.intermediate_size;
      const float* gate = b_.gate_up + row * 2 * n;
      float* out = b_.row + member * widest_;
      kernels_.silu_mul(gate, gate + n, n, out);
      Prepare(row, out, layer.down);
    });
    Matmul(layer.down, n_rows, {.out = b_.x, .add = true});
  }

  const auto n_logit_rows = static_cast<int64_t>(batch.logit_rows.size());
  for (int64_t i = 0; i < n_logit_rows; ++i) {  // ascending, so none is overwritten before its turn
    std::copy_n(b_.x + batch.logit_rows[static_cast<size_t>(i)] * int64_t{config_.hidden_size},
                config_.hidden_size, b_.x + i * config_.hidden_size);
  }
  NormAndPrepare(n_logit_rows, weights_.final_norm, weights_.head);
  Matmul(weights_.head, n_logit_rows, {.out = logits.data()});
  return Ok();
}

void CpuBackend::CheckBatch(const Batch& batch, std::span<float> logits) const {
  const auto n_rows = static_cast<int64_t>(batch.tokens.size());
  LEMMA_CHECK(n_rows <= batch_rows_max_);
  LEMMA_CHECK(static_cast<int64_t>(batch.logit_rows.size()) <= logit_rows_max_);
  LEMMA_CHECK(logits.size() == batch.logit_rows.size() * static_cast<size_t>(config_.vocab_size));
  for (const TokenId token : batch.tokens) {
    LEMMA_CHECK(token >= 0 && token < config_.vocab_size);
  }
  int64_t row_before = -1;
  for (const int32_t row : batch.logit_rows) {
    LEMMA_CHECK(row > row_before && row < n_rows, "logit rows ascend within the batch");
    row_before = row;
  }
  int64_t row = 0;
  for (const SequenceSlice& sequence : batch.sequences) {
    LEMMA_CHECK(sequence.row_begin == row && sequence.n_tokens > 0 && sequence.n_past >= 0);
    row += sequence.n_tokens;
    const int64_t n_tokens = int64_t{sequence.n_past} + sequence.n_tokens;
    const auto n_pages = static_cast<size_t>(kernels::DivideUp(n_tokens, kPageTokens));
    LEMMA_CHECK(sequence.pages.size() >= n_pages, "the pages cover all tokens");
    for (const PageId page : sequence.pages.first(n_pages)) {
      LEMMA_CHECK(page >= 0 && page < kv_.n_pages());
    }
  }
  LEMMA_CHECK(row == n_rows, "the sequences cover all rows");
}

void CpuBackend::PlaceRows(const Batch& batch) {
  const auto half = static_cast<int64_t>(frequencies_.size());
  for (const SequenceSlice& sequence : batch.sequences) {
    for (int32_t i = 0; i < sequence.n_tokens; ++i) {
      const int64_t row = sequence.row_begin + i;
      const int32_t position = sequence.n_past + i;
      places_[static_cast<size_t>(row)] = {
          .page = sequence.pages[static_cast<size_t>(position / kPageTokens)],
          .slot = position % kPageTokens,
          .is_last = i + 1 == sequence.n_tokens};
      for (int64_t d = 0; d < half; ++d) {
        const double angle = position * frequencies_[static_cast<size_t>(d)];
        b_.cos[row * half + d] = static_cast<float>(std::cos(angle));
        b_.sin[row * half + d] = static_cast<float>(std::sin(angle));
      }
    }
  }
}

void CpuBackend::Embed(std::span<const TokenId> tokens) {
  const int64_t n = config_.hidden_size;
  const std::byte* embedding = weights_.embedding.data;
  ForEachRow(static_cast<int64_t>(tokens.size()), [&](int, int64_t row) {
    const int64_t token = tokens[static_cast<size_t>(row)];
    float* x = b_.x + row * n;
    if (weights_.embedding.format == WeightFormat::kInt8) {
      return kernels::DequantizeRowInt8(embedding, n, token, x);
    }
    if (weights_.embedding.format == WeightFormat::kF32) {
      return kernels::UnpackRow(reinterpret_cast<const float*>(embedding), n, token, x);
    }
    const auto* bf16 = reinterpret_cast<const uint16_t*>(embedding);
    for (int64_t i = 0; i < n; ++i) {
      x[i] = kernels::Bf16ToFloat(bf16[kernels::PanelIndex<uint16_t>(token, i, n)]);
    }
  });
}

// Makes of x what the matrix `next` is multiplied with.
void CpuBackend::Prepare(int64_t row, const float* x, const WeightMatrix& next) {
  const ActivationFormat format = kernels_.activations[static_cast<int>(next.format)];
  kernels_.prepare(format, x, next.cols, b_.prepared + row * PreparedRowBytes(format, next.cols));
}

void CpuBackend::NormAndPrepare(int64_t n_rows, const float* norm, const WeightMatrix& next) {
  const int64_t n = config_.hidden_size;
  ForEachRow(n_rows, [&](int member, int64_t row) {
    float* out = b_.row + member * widest_;
    kernels_.rms_norm(b_.x + row * n, norm, n, config_.rms_norm_eps, out);
    Prepare(row, out, next);
  });
}

// The prepared rows times a matrix whose rows are shared out among the threads.
void CpuBackend::Matmul(const WeightMatrix& weights, int64_t n_rows, const MatmulOutput& output) {
  if (n_rows == 0) return;
  pool_->Run([&](int member) {
    const Slice rows = SliceOf(weights.rows, kernels::kPanelRows, member, pool_->n_threads());
    if (rows.begin == rows.end) return;
    kernels_.matmul({.weights = weights,
                     .x = b_.prepared,
                     .n_tokens = n_rows,
                     .bias = output.bias,
                     .add = output.add,
                     .out = output.out,
                     .out_stride = weights.rows},
                    rows.begin, rows.end);
  });
  Beat();
}

// RoPE on q and k; k and v into their pages.
void CpuBackend::RotateAndStore(int32_t layer, int64_t n_rows) {
  const int64_t head_dim = config_.head_dim;
  ForEachRow(n_rows, [&](int, int64_t row) {
    float* q = b_.qkv + row * (config_.q_dim() + 2 * config_.kv_dim());
    const float* k = q + config_.q_dim();
    const float* v = k + config_.kv_dim();
    kernels_.rope(q, config_.n_heads + config_.n_kv_heads, head_dim, b_.cos + row * head_dim / 2,
                  b_.sin + row * head_dim / 2);
    if (kv_.format() == WeightFormat::kInt8) {
      kernels_.rotate(q, config_.n_heads + 2 * config_.n_kv_heads, head_dim);
    }
    const RowPlace& place = places_[static_cast<size_t>(row)];
    for (int32_t head = 0; head < config_.n_kv_heads; ++head) {
      kv_.Store(layer, head, place.page, place.slot, place.is_last, k + head * head_dim,
                v + head * head_dim);
    }
  });
}

}  // namespace lemma::model
