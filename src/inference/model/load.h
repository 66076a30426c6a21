// From a checkpoint that is open to a backend that is ready to run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "inference/kernels/panel.h"
#include "inference/model/backend.h"
#include "inference/model/checkpoint.h"

namespace lemma::model {

struct CpuBackendOptions {
  int n_threads = 0;          // 0: one per usable core
  std::string isa;            // "": the best; else a name of kernels/isa.h
  uint64_t kv_bytes_max = 0;  // 0: chosen from the model and the machine (kv_room.h)
  int32_t batch_rows_max = 256;
  int32_t logit_rows_max = 64;
  // Of the matrices; absent: bf16 where all of them are stored in it, else float32, and of a
  // quantised GGUF the nearest of kInt8 and kInt4 (ReadWeights). kInt8 and kInt4
  // round (kernels/quantize.h), kF32 makes all arithmetic float32 (the oracle's mode).
  std::optional<kernels::WeightFormat> weights;
  // Of K and V; absent: as the weights, and beside kInt8 and kInt4 kInt8, or kBf16 where heads have
  // a size that it does not take.
  std::optional<kernels::WeightFormat> kv_format;
  // Called now and then while weights are read, with a share in [0, 1].
  std::function<void(double)> on_progress;
};

// Reads the weights of `checkpoint` and makes the CPU backend. Errors name the file and the tensor.
Result<std::unique_ptr<Backend>> LoadCpuBackend(const Checkpoint& checkpoint,
                                                const CpuBackendOptions& options);

}  // namespace lemma::model
