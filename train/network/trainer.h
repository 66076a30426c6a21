// The training loop, the same for pretraining and fine-tuning: documents in, a run directory out
// (checkpoint.safetensors, loss.jsonl, loss.svg).
//
// Data-parallel on one CPU: each lane is a thread with its own gradients over shared weights and
// single-threaded operators, so no operator waits for another thread. Gradients are added in lane
// order: a run depends on its settings and the number of lanes, not on timing. Except with
// minutes_max: there the learning rate follows the clock, so only runs that end by steps or tokens
// repeat to the bit.
//
// This header needs no libtorch, so that programs can drive the trainer without it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/status.h"
#include "train/corpus/documents.h"
#include "train/network/config.h"

namespace lemma::train {

struct TrainSettings {
  std::string stage;                    // "pretrain" or "sft"
  std::filesystem::path run_directory;  // created
  // Weights to start from: the folder of a run or of a model (model_directory.h); "" for random
  // ones.
  std::filesystem::path initial;
  // Continue the run directory's checkpoint; what its TrainingState names must be as it was.
  bool resume = false;

  // The run ends at the first of these that is reached; at least one is above 0. The learning rate
  // follows the one that is nearest.
  int64_t steps_max = 0;
  int64_t tokens_max = 0;
  double minutes_max = 0;

  std::string device = "auto";  // "cpu", "cuda", or cuda where there is one
  std::string dtype = "bf16";   // "bf16" or "f32": what matrix products work in
  int lanes = 1;                // threads; always 1 on CUDA
  // Small steps: after as many tokens, a model of 5 million parameters knows far more than with
  // steps of 8,192 (docs/measurements.md).
  int64_t tokens_per_batch = 1536;  // of one lane at a time, padding counted
  int64_t tokens_per_step = 3072;   // of one optimiser step: a whole number of batches
  std::string optimizer = "muon";   // or "adamw"
  double learning_rate = 3e-3;      // at its peak
  double final_rate = 0.02;         // of the peak, reached at the end along a cosine
  int64_t warmup_steps = 100;
  double weight_decay = 0.1;  // of matrices
  double gradient_norm_max = 1.0;
  double minutes_per_checkpoint = 3;
  uint64_t seed = 1;
};

// Trains until a limit is reached or `stop` is set (then it saves and returns kCancelled). `config`
// is the model's shape where a new one is made; a run that starts from weights takes theirs, and
// fails where the vocabulary's size differs. Errors: an impossible setting or shape (named), a
// checkpoint that is absent or damaged, a disk that is full, a loss or gradient that is not finite.
// The last good checkpoint always stays.
Status Train(const Qwen2Config& config, const DocumentSet& documents, const DocumentSet& held_out,
             const TrainSettings& settings, const std::atomic<bool>& stop);

std::filesystem::path CheckpointPath(const std::filesystem::path& run_directory);

}  // namespace lemma::train
