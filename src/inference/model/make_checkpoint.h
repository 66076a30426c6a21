// Random checkpoints of a known shape: to measure speed and memory where the real weights are not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "inference/model/config.h"

namespace lemma::model {

// "vibethinker-1.5b", "vibethinker-3b" or "lemma-mini"; errors name the known ones.
Result<ModelConfig> ShapeByName(std::string_view name);

struct MakeCheckpointOptions {
  ModelConfig config;
  uint64_t seed = 1;
  // Copied as they are: tokenizer.json and tokenizer_config.json.
  std::string tokenizer_json;
  std::string tokenizer_config_json;
  std::function<void(double)> on_progress;  // a share in [0, 1]
};

// Writes a Hugging Face layout with bf16 weights, uniform with the usual deviation 0.02 (norms 1,
// biases small), into `directory`, which must not exist or be empty. On an error nothing is left.
Status MakeCheckpoint(const MakeCheckpointOptions& options, const std::filesystem::path& directory);

}  // namespace lemma::model
