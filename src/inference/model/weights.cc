#include "inference/model/weights.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "inference/kernels/float16.h"
#include "inference/kernels/quantize.h"

namespace lemma::model {
namespace {

using kernels::WeightFormat;
using kernels::WeightMatrix;

// Lays out all weights over a block, and notes which tensor goes where.
class WeightsLayout {
 public:
  WeightsLayout(WeightFormat format, std::byte* base) : layout_(base) { weights_.format = format; }

  Weights Lay(const ModelConfig& c) {
    // The head and the embedding suffer most from rounding: int8 beside int4.
    const WeightFormat outer =
        weights_.format == WeightFormat::kInt4 ? WeightFormat::kInt8 : weights_.format;
    weights_.embedding =
        Matrix(outer, c.hidden_size, {{"model.embed_tokens.weight", c.vocab_size}});
    for (int32_t i = 0; i < c.n_layers; ++i) {
      weights_.layers.push_back(Layer(c, "model.layers." + std::to_string(i) + "."));
    }
    weights_.final_norm = Vector({{"model.norm.weight", c.hidden_size}});
    weights_.head = c.tied_embeddings
                        ? weights_.embedding
                        : Matrix(outer, c.hidden_size, {{"lm_head.weight", c.vocab_size}});
    return std::move(weights_);
  }
  uint64_t bytes() const { return layout_.bytes(); }

 private:
  // A tensor and how many rows (or elements) it has.
  struct Part {
    std::string name;
    int64_t rows;
  };

  LayerWeights Layer(const ModelConfig& c, const std::string& layer) {
    const std::string attention = layer + "self_attn.", mlp = layer + "mlp.";
    LayerWeights w;
    w.input_norm = Vector({{layer + "input_layernorm.weight", c.hidden_size}});
    w.qkv = Matrix(weights_.format, c.hidden_size,
                   {{attention + "q_proj.weight", c.q_dim()},
                    {attention + "k_proj.weight", c.kv_dim()},
                    {attention + "v_proj.weight", c.kv_dim()}});
    w.qkv_bias = Vector({{attention + "q_proj.bias", c.q_dim()},
                         {attention + "k_proj.bias", c.kv_dim()},
                         {attention + "v_proj.bias", c.kv_dim()}});
    w.o = Matrix(weights_.format, c.q_dim(), {{attention + "o_proj.weight", c.hidden_size}});
    w.post_attention_norm = Vector({{layer + "post_attention_layernorm.weight", c.hidden_size}});
    w.gate_up = Matrix(weights_.format, c.hidden_size,
                       {{mlp + "gate_proj.weight", c.intermediate_size},
                        {mlp + "up_proj.weight", c.intermediate_size}});
    w.down =
        Matrix(weights_.format, c.intermediate_size, {{mlp + "down_proj.weight", c.hidden_size}});
    return w;
  }

  // The parts' rows, one below the other.
  WeightMatrix Matrix(WeightFormat format, int64_t cols, const std::vector<Part>& parts) {
    int64_t rows = 0;
    for (const Part& part : parts) rows += part.rows;
    std::byte* data = layout_.Take(kernels::MatrixBytes(format, rows, cols));
    int64_t row = 0;
    for (const Part& part : parts) {
      weights_.slots.push_back({part.name, {part.rows, cols}, format, data, row});
      row += part.rows;
    }
    return {format, rows, cols, data};
  }

  const float* Vector(const std::vector<Part>& parts) {
    int64_t n = 0;
    for (const Part& part : parts) n += part.rows;
    std::byte* data = layout_.Take(n * 4);
    int64_t at = 0;
    for (const Part& part : parts) {
      weights_.slots.push_back({part.name, {part.rows}, WeightFormat::kF32, data, at});
      at += part.rows;
    }
    return reinterpret_cast<const float*>(data);
  }

  BlockLayout layout_;
  Weights weights_;
};

void Multiply(std::vector<float>& row, const TensorSlot& slot, int64_t index) {
  if (slot.row_factors.empty()) return;
  for (float& value : row) value *= slot.row_factors[static_cast<size_t>(index)];
}

// Exactly: a factor is a power of two.
void Multiply(std::vector<uint16_t>& row, const TensorSlot& slot, int64_t index) {
  if (slot.row_factors.empty()) return;
  const float factor = slot.row_factors[static_cast<size_t>(index)];
  for (uint16_t& value : row) value = kernels::FloatToBf16(kernels::Bf16ToFloat(value) * factor);
}

}  // namespace

// The shape of the weights without memory: all pointers are nullptr.
Weights LayWeights(const ModelConfig& config, WeightFormat format) {
  return WeightsLayout(format, nullptr).Lay(config);
}

uint64_t WeightBytes(const ModelConfig& config, WeightFormat format) {
  WeightsLayout counting(format, nullptr);
  (void)counting.Lay(config);
  return counting.bytes();
}

Weights WeightsIn(MemoryBlock memory, const ModelConfig& config, WeightFormat format) {
  Weights weights = WeightsLayout(format, memory.data()).Lay(config);
  weights.memory = std::move(memory);
  return weights;
}

Status CheckMemoryFor(const ModelConfig& config, WeightFormat format) {
  const uint64_t bytes = WeightBytes(config, format);
  const uint64_t available = AvailableMemoryBytes();
  if (bytes <= available) return Ok();
  return IoError("the weights need " + std::to_string(bytes >> 20) + " MiB of memory, " +
                 std::to_string(available >> 20) + " MiB are available");
}

Result<Weights> AllocateWeights(const ModelConfig& config, WeightFormat format) {
  LEMMA_RETURN_IF_ERROR(CheckMemoryFor(config, format));
  LEMMA_ASSIGN_OR_RETURN(MemoryBlock memory,
                         MemoryBlock::Allocate(WeightBytes(config, format), "weights"));
  return WeightsIn(std::move(memory), config, format);
}

void StoreRows(const TensorSlot& slot, Dtype dtype, const std::byte* rows, int64_t row_begin,
               int64_t n_rows) {
  const int64_t cols = slot.is_matrix() ? slot.shape[1] : 1;
  if (slot.format == WeightFormat::kBf16) {
    LEMMA_CHECK(dtype == Dtype::kBf16, "weights are never rounded");
    std::vector<uint16_t> row(static_cast<size_t>(cols));  // aligned, whatever the file's offset
    for (int64_t i = 0; i < n_rows; ++i) {
      std::memcpy(row.data(), rows + i * cols * 2, row.size() * 2);
      Multiply(row, slot, row_begin + i);
      kernels::PackRow(row.data(), cols, slot.first_row + row_begin + i,
                       reinterpret_cast<uint16_t*>(slot.into));
    }
    return;
  }
  float* into = reinterpret_cast<float*>(slot.into);
  const int64_t row_bytes = StoredBytes(dtype, cols);
  std::vector<float> row(static_cast<size_t>(cols));
  for (int64_t i = 0; i < n_rows; ++i) {
    DecodeElements(dtype, rows + i * row_bytes, cols, row.data());
    Multiply(row, slot, row_begin + i);
    if (slot.format == WeightFormat::kInt8) {
      kernels::QuantizeRowInt8(row.data(), cols, slot.first_row + row_begin + i, slot.into);
    } else if (slot.format == WeightFormat::kInt4) {
      kernels::QuantizeRowInt4(row.data(), cols, slot.first_row + row_begin + i, slot.into);
    } else if (slot.is_matrix()) {
      kernels::PackRow(row.data(), cols, slot.first_row + row_begin + i, into);
    } else {
      into[slot.first_row + row_begin + i] = row[0];
    }
  }
}

}  // namespace lemma::model
