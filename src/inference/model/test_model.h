// Tiny random models, and the slow truth about them: a whole forward pass as plain loops in double.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inference/kernels/kernels.h"
#include "inference/model/config.h"
#include "inference/model/cpu_backend.h"
#include "inference/model/weights.h"

namespace lemma::model {

// A model of some odd sizes; `n_heads` over `n_kv_heads` query heads per KV head.
ModelConfig TinyConfig(int32_t n_heads, int32_t n_kv_heads, bool tied_embeddings);

// Tensors by their names in a checkpoint, row-major.
using Tensors = std::map<std::string, std::vector<float>>;

// Values that bf16 holds exactly, of the size that keeps activations near 1.
Tensors RandomTensors(const ModelConfig& config, uint32_t seed);

// As ReadWeights makes them; `is_balanced`: their keys (key_balance.h).
Weights MakeWeights(const ModelConfig& config, kernels::WeightFormat format, const Tensors& tensors,
                    bool is_balanced = true);

std::unique_ptr<CpuBackend> MakeBackend(const ModelConfig& config, const Tensors& tensors,
                                        kernels::WeightFormat format, kernels::Isa isa,
                                        int n_threads,
                                        std::optional<kernels::WeightFormat> kv_format = {},
                                        bool is_balanced = true);

// The logits [n_tokens, vocab_size] of every position of one sequence.
std::vector<double> ReferenceLogits(const ModelConfig& config, const Tensors& tensors,
                                    std::span<const TokenId> tokens);

}  // namespace lemma::model
