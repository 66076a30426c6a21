// What a GGUF file of the Qwen2 architecture says of the model's shape and tensors. Keys and names:
// github.com/ggml-org/ggml, docs/gguf.md, and llama.cpp's gguf-py/gguf/constants.py.
#pragma once

#include <vector>

#include "common/base/status.h"
#include "inference/model/config.h"
#include "inference/model/gguf.h"
#include "inference/model/tensor_entry.h"

namespace lemma::model {

// Errors (kDataLoss) name the file and the key: another architecture, a missing or absurd value,
// scaled RoPE, one file of several. The vocabulary is as long as tokenizer.ggml.tokens; embeddings
// are tied where there is no output.weight. eos_ids are GGUF's and all tokens that end a turn or a
// text in the Qwen2 family: the list of generation_config.json is not in a GGUF.
Result<ModelConfig> GgufConfig(const GgufFile& file);

// The file's tensors that a model has, by the Hugging Face names ("model.layers.0.mlp.up_proj
// .weight"). Others are left out; one that would change the result (rope_freqs.weight) is an error
// (kDataLoss). Shapes are not checked.
Result<std::vector<TensorEntry>> GgufTensors(const GgufFile& file);

}  // namespace lemma::model
