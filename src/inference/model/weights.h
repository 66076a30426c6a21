// The weights of a model as the kernels want them: matrices in panels (kernels/panel.h), norms and
// biases in float32, all in one block of memory. Immutable once filled.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_pool.h"
#include "inference/kernels/kernels.h"
#include "inference/model/checkpoint.h"
#include "inference/model/config.h"
#include "inference/model/memory.h"

namespace lemma::model {

struct LayerWeights {
  const float* input_norm = nullptr;           // [hidden_size]
  kernels::WeightMatrix qkv;                   // [q_dim + 2 * kv_dim, hidden_size]: q, k, v rows
  const float* qkv_bias = nullptr;             // [q_dim + 2 * kv_dim]
  kernels::WeightMatrix o;                     // [hidden_size, q_dim]
  const float* post_attention_norm = nullptr;  // [hidden_size]
  kernels::WeightMatrix gate_up;               // [2 * intermediate_size, hidden_size]: gate, up
  kernels::WeightMatrix down;                  // [hidden_size, intermediate_size]
};

// Where one tensor of a checkpoint goes: to some rows of a matrix, or to a vector of floats.
struct TensorSlot {
  std::string name;
  std::vector<int64_t> shape;  // [rows, cols], or [n] for a vector
  kernels::WeightFormat format = kernels::WeightFormat::kF32;
  std::byte* into = nullptr;            // the matrix or the vector
  int64_t first_row = 0;                // of the matrix
  std::vector<float> row_factors = {};  // powers of two; empty: rows go in as they are

  bool is_matrix() const { return shape.size() == 2; }
};

struct Weights {
  kernels::WeightFormat format = kernels::WeightFormat::kF32;  // of all matrices; beside kInt4 the
                                                               // embedding and the head are kInt8
  kernels::WeightMatrix embedding;                             // [vocab_size, hidden_size]
  std::vector<LayerWeights> layers;
  const float* final_norm = nullptr;  // [hidden_size]
  kernels::WeightMatrix head;         // [vocab_size, hidden_size]; the embedding where tied
  std::vector<TensorSlot> slots;      // together they fill everything above
  MemoryBlock memory;                 // what all pointers above point into
};

// The shape of the weights alone: all pointers are nullptr. For checking a checkpoint's tensors.
Weights LayWeights(const ModelConfig& config, kernels::WeightFormat format);

// The memory that AllocateWeights takes for them.
uint64_t WeightBytes(const ModelConfig& config, kernels::WeightFormat format);

// Weights that lie in `memory`, of WeightBytes.
Weights WeightsIn(MemoryBlock memory, const ModelConfig& config, kernels::WeightFormat format);

// Errors (kIo): they need more memory than is available.
Status CheckMemoryFor(const ModelConfig& config, kernels::WeightFormat format);

// Memory for the weights of a model, all zero. Errors: as above.
Result<Weights> AllocateWeights(const ModelConfig& config, kernels::WeightFormat format);

// Puts some rows (or elements, of a vector) of a tensor into its slot, from `row_begin` on, each
// times its factor.
// Only int8 and int4 matrices round: into a bf16 matrix only bf16 may go.
void StoreRows(const TensorSlot& slot, Dtype dtype, const std::byte* rows, int64_t row_begin,
               int64_t n_rows);

// The weights of a checkpoint in `format`; where none is wanted, bf16 where all its matrices are,
// else float32, exactly; of GGUF's blocks what most of the matrices' bytes are nearest to: int4 for
// Q4_0 and Q4_K, int8 for Q8_0, Q5_K and Q6_K, whose own rounding comes on top. Tensors of other
// names are ignored. The pool's threads read; `on_progress` (may be empty) is called on the
// caller's with the share that is done. Errors name file and tensor: missing, another shape than
// the config's, of a layer that the config does not have, unreadable. They are found before memory
// is allocated, unless reading fails.
Result<Weights> ReadWeights(const Checkpoint& checkpoint,
                            std::optional<kernels::WeightFormat> format, ThreadPool& pool,
                            const std::function<void(double)>& on_progress);

// The memory that ReadWeights takes for the same, which is more than the checkpoint's files have
// where it holds in float32 what they have in less. Errors: as there, without reading.
Result<uint64_t> WeightBytes(const Checkpoint& checkpoint,
                             std::optional<kernels::WeightFormat> format);

}  // namespace lemma::model
