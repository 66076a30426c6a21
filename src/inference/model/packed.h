// The packed file (.lemma): a whole model in one file, its weights laid out as the kernels want
// them, so that they are mapped where they are. docs/formats/packed.md describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/thread_pool.h"
#include "inference/kernels/panel.h"
#include "inference/model/checkpoint.h"
#include "inference/model/weights.h"

namespace lemma::model {

// What a packed file's header says; checked, so that nothing in it points outside the file.
struct PackedHeader {
  std::map<std::string, PackedPart> files;  // config.json, tokenizer.json, ...
  PackedWeights weights;
};

// Does it begin as a packed file does?
bool IsPacked(const ByteSource& source);

// Errors (kDataLoss) name the file and the field: not a packed file, of another version, truncated,
// damaged.
Result<PackedHeader> ReadPackedHeader(const ByteSource& source);

// A part's bytes. Errors: as above, also where they do not fit their checksum.
Result<std::string> ReadPackedPart(const ByteSource& source, const PackedPart& part);

// Writes the packed file of a checkpoint and of its weights; whole, or nothing. Errors: the disk.
Status WritePacked(const Checkpoint& checkpoint, const Weights& weights,
                   const std::filesystem::path& path,
                   const std::function<void(double)>& on_progress);

// The weights of a packed checkpoint, mapped (MemoryBlock::Map says what that means). Every byte is
// checked. Errors name the file: no memory, truncated since it was opened, damaged and where.
Result<Weights> ReadPackedWeights(const Checkpoint& checkpoint, ThreadPool& pool,
                                  const std::function<void(double)>& on_progress);

}  // namespace lemma::model
