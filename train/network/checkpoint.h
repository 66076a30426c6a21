// A training run's state in one file, from which it continues to the bit: weights, optimiser and
// the place in the data. Data order and initial weights come from the seed; nothing else is random.
//
// The file is safetensors: "weights.<name>" in float32, "optimizer" (what Optimizer::Save gives)
// as bytes, and metadata: the model's configuration, the state below, and a checksum (FNV-1a) of
// these two texts and all tensor bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "train/corpus/documents.h"
#include "train/network/config.h"
#include "train/network/qwen2.h"

namespace lemma::train {

struct TrainingState {
  // What a resumed run must have as it was begun, as in TrainSettings; data_tokens is of the whole
  // training set. Limits and learning rate may be changed on the way, and with them the bits.
  std::string stage;
  std::string dtype;
  std::string optimizer;
  uint64_t seed = 0;
  int64_t data_tokens = 0;
  int64_t tokens_per_batch = 0;
  int64_t tokens_per_step = 0;
  int lanes = 1;

  // How far it is.
  int64_t step = 0;      // optimiser steps done
  int64_t n_tokens = 0;  // tokens seen, padding not counted
  double elapsed_s = 0;  // time spent training
  StreamPosition position;
};

struct Checkpoint {
  Qwen2Config config;
  TrainingState state;
  Weights weights;        // float32 on the CPU
  std::string optimizer;  // for Optimizer::Load
};

// Written whole or not at all: a failure leaves the file that was there.
Status SaveCheckpoint(const std::filesystem::path& path, Qwen2& model, std::string_view optimizer,
                      const TrainingState& state);

// Errors (kDataLoss, naming the file): not a checkpoint, truncated, a checksum or a shape that does
// not fit.
Result<Checkpoint> LoadCheckpoint(const std::filesystem::path& path);

}  // namespace lemma::train
