// Greedy generation in batches with a cache of keys and values: how a model is evaluated.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "common/text/tokenizer.h"
#include "train/network/qwen2.h"

namespace lemma::train {

// Owned by one thread. The model must outlive it.
class Generator {
 public:
  Generator(const Qwen2& model, at::ScalarType working_type);

  // For each prompt (none empty) the tokens that follow, up to and including the first of
  // `stop_tokens`, at most n_tokens_max and what the model's positions hold. Memory: the cache of
  // all prompts at once.
  std::vector<std::vector<text::TokenId>> Generate(
      const std::vector<std::vector<text::TokenId>>& prompts,
      const std::vector<text::TokenId>& stop_tokens, int64_t n_tokens_max);

 private:
  struct Cache {
    at::Tensor k;  // [n_rows, n_kv_heads, capacity, head_dim]
    at::Tensor v;
  };

  void Allocate(int64_t n_rows, int64_t capacity);
  void KeepRows(const at::Tensor& rows);
  // Feeds tokens [n_rows, n] that start at `starts` [n_rows] of their rows; returns the final
  // hidden states [n_rows, n, hidden].
  at::Tensor Forward(const at::Tensor& tokens, const at::Tensor& starts);
  at::Tensor Attend(Cache& cache, const at::Tensor& qkv, const at::Tensor& bias,
                    const at::Tensor& positions, int64_t n_keys);

  const Qwen2& model_;
  at::ScalarType working_type_;
  Weights weights_;            // matrices in the working type
  std::vector<Cache> caches_;  // one a layer
};

}  // namespace lemma::train
