// The header of a safetensors file (https://huggingface.co/docs/safetensors): what tensors it holds
// and where. Hostile files are refused before anything is allocated for them.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "inference/model/checkpoint.h"

namespace lemma::model {

// The largest Qwen2 has under a thousand tensors and a header of 100 kB.
inline constexpr uint64_t kSafetensorsHeaderBytesMax = 8 << 20;

// All tensors of the file, offsets counted from the file's start. Errors (kDataLoss) name the file
// and the tensor: truncated, header too long or not JSON, unknown dtype, shape and byte count that
// disagree, ranges beyond the file or overlapping.
Result<std::vector<TensorEntry>> ReadSafetensorsHeader(const ByteSource& source);

// The header bytes (length prefix included) of a file that holds `tensors` back to back; fills in
// their offset and bytes. Padded so that the data begins at a multiple of 64 bytes.
std::string MakeSafetensorsHeader(std::vector<TensorEntry>* tensors);

}  // namespace lemma::model
