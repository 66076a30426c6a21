// Models in the Hugging Face layout: config.json and model.safetensors (or its shards), as every
// engine reads them. https://huggingface.co/docs/transformers (Qwen2ForCausalLM's state dict)
#pragma once

#include <filesystem>

#include "common/base/status.h"
#include "train/network/qwen2.h"

namespace lemma::train {

// The model in float32 on the CPU. Errors: absent or malformed files, a tensor that is missing or
// of another shape or type than F32, BF16, F16.
Result<Qwen2> LoadModelDirectory(const std::filesystem::path& directory);

// Writes config.json, generation_config.json and model.safetensors (bfloat16), config.json last.
// Every file is written whole or not at all.
Status SaveModelDirectory(const Qwen2Config& config, Weights weights,
                          const std::filesystem::path& directory);

}  // namespace lemma::train
