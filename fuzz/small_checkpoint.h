// For fuzzers: a checkpoint small enough to be read ten thousand times a second.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "common/base/check.h"
#include "inference/model/make_checkpoint.h"

namespace lemma::fuzz {

// Written to a new directory, which whoever calls removes.
inline std::filesystem::path MakeSmallCheckpoint() {
  model::MakeCheckpointOptions options;
  options.config.n_layers = 1;
  options.config.hidden_size = 32;
  options.config.intermediate_size = 48;
  options.config.n_heads = 2;
  options.config.n_kv_heads = 1;
  options.config.head_dim = 16;
  options.config.vocab_size = 5;
  options.config.context_length_max = 64;
  options.config.rms_norm_eps = 1e-6f;
  options.config.rope_theta = 1e4f;
  options.config.tied_embeddings = true;
  options.tokenizer_json = options.tokenizer_config_json = "{}";
  const auto directory =
      std::filesystem::temp_directory_path() / ("lemma_fuzz_" + std::to_string(getpid()));
  const Status made = model::MakeCheckpoint(options, directory);
  LEMMA_CHECK(made.ok(), made.message().c_str());
  return directory;
}

}  // namespace lemma::fuzz
