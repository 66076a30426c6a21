// The shape of a checkpoint, from its config.json and generation_config.json. Everything that
// differs between checkpoints comes from here; nothing of it is a constant in code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::model {

using TokenId = int32_t;

// Generous bounds on what a file may claim; the largest Qwen2 has 80 layers of 8192. They keep
// every product of two of these numbers far below 2^63.
inline constexpr int64_t kLayersMax = 512;
inline constexpr int64_t kWidthMax = 1 << 20;
inline constexpr int64_t kHeadsMax = 1024;
inline constexpr int64_t kHeadDimMax = 1024;
inline constexpr int64_t kVocabMax = 1 << 22;
inline constexpr int64_t kContextMax = 1 << 24;

struct ModelConfig {
  int32_t n_layers = 0;
  int32_t hidden_size = 0;
  int32_t intermediate_size = 0;
  int32_t n_heads = 0;
  int32_t n_kv_heads = 0;
  int32_t head_dim = 0;
  int32_t vocab_size = 0;          // rows of the embedding, may exceed the tokenizer's
  int32_t context_length_max = 0;  // max_position_embeddings
  float rms_norm_eps = 0;
  float rope_theta = 0;
  bool tied_embeddings = false;
  std::vector<TokenId> eos_ids;  // of config.json and generation_config.json together

  int32_t q_dim() const { return n_heads * head_dim; }
  int32_t kv_dim() const { return n_kv_heads * head_dim; }
};

// Errors (kDataLoss) name the file and the field: not JSON, another architecture than
// Qwen2ForCausalLM, a missing or absurd value, sliding-window or scaled RoPE (not supported).
// `generation_config_json` may be "" (there is no such file).
Result<ModelConfig> ParseModelConfig(std::string_view config_json,
                                     std::string_view generation_config_json,
                                     std::string_view name);

// The text of a config.json that gives this config again.
std::string FormatModelConfig(const ModelConfig& config);

}  // namespace lemma::model
