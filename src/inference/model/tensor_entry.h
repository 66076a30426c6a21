// Where a weight file has its tensors: what the readers of its header give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "inference/model/dtype.h"

namespace lemma::model {

inline constexpr size_t kTensorsMax = 1 << 16;  // of all files of a checkpoint together
inline constexpr size_t kTensorRankMax = 4;

// One tensor of a weight file, not read yet.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;  // the last is the row; it has whole blocks of the dtype
  uint64_t offset = 0;         // in the file
  uint64_t bytes = 0;
  int file_index = 0;  // which shard
};

// Errors (kDataLoss) name two tensors whose bytes overlap.
Status CheckNoOverlap(const std::vector<TensorEntry>& tensors);

}  // namespace lemma::model
