// What the tests of models in GGUF files share: random models in any dtype, and their logits.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inference/model/load.h"
#include "inference/model/test_gguf.h"
#include "inference/model/test_model.h"

namespace lemma::model {

// The stored bytes of some values: whole blocks, rounded as simply as can be.
std::string EncodeElements(Dtype dtype, const std::vector<float>& values);

std::vector<float> DecodeAll(Dtype dtype, const std::string& bytes, size_t n);

// Rows of all matrices are whole blocks of 256.
ModelConfig BlockConfig(bool tied);

class GgufModelTest : public testing::Test {
 protected:
  GgufModelTest() { UseConfig(BlockConfig(true)); }

  // Values that bf16 and float16 hold exactly.
  void UseConfig(const ModelConfig& config);

  // The model with its matrices in a dtype; norms and biases are float32, as in real files.
  GgufWriter Writer(const std::function<Dtype(const std::string&)>& dtype_of);
  GgufWriter Writer(Dtype dtype);

  // The writer's file "m.gguf", which is kept.
  Checkpoint Open(const GgufWriter& writer);
  std::string OpenError(const GgufWriter& writer);  // "opened" where there is none

  ModelConfig config_;
  Tensors values_;
  std::vector<std::unique_ptr<std::string>> files_;
};

std::unique_ptr<Backend> Load(const Checkpoint& checkpoint,
                              std::optional<kernels::WeightFormat> weights = {});

// Of the last of a few tokens, [vocab_size].
std::vector<float> LogitsOf(Backend& backend);

}  // namespace lemma::model
