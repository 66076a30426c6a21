// The shape of a Qwen2ForCausalLM, as Hugging Face's config.json states it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::train {

// The defaults are lemma-mini's shape; the vocabulary's size comes from its tokenizer.
struct Qwen2Config {
  int64_t vocab_size = 0;
  int64_t hidden_size = 256;
  int64_t intermediate_size = 768;
  int64_t n_layers = 6;
  int64_t n_heads = 4;
  int64_t n_kv_heads = 2;
  int64_t head_dim = 64;
  int64_t max_positions = 2048;
  double rope_theta = 10000.0;
  double rms_norm_eps = 1e-6;
  bool tied_embeddings = true;
  int64_t bos_token_id = 0;  // <|endoftext|>, as in Qwen2
  int64_t eos_token_id = 0;  // <|im_end|>

  int64_t q_size() const { return n_heads * head_dim; }
  int64_t kv_size() const { return n_kv_heads * head_dim; }
};

// Errors (kDataLoss): not JSON, another architecture, a missing or impossible member; named by
// `name` (the file).
Result<Qwen2Config> ParseConfig(std::string_view config_json, std::string_view name);

// config.json's text; `torch_dtype` is "bfloat16" or "float32".
std::string FormatConfig(const Qwen2Config& config, std::string_view torch_dtype);

}  // namespace lemma::train
