// A model as a packed file: what `lemma pack` and `lemma pull` write.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/status.h"
#include "inference/model/checkpoint.h"

namespace lemma::app {

// Writes it, its weights in `format` ("q8", "q4", "bf16", "float32"), with progress on standard
// error. The name of the format that the file has: weights that are stored in more bits than bf16
// stay as they are for it. Errors: as model::ReadWeights and model::WritePacked.
Result<std::string> PackModel(const model::Checkpoint& checkpoint, const std::string& format,
                              const std::filesystem::path& out);

// Is there a packed file that this program reads, every byte as it was written? (A gigabyte takes
// a tenth of a second, once it is read from the disk as serving it does anyway.)
bool IsPackedFile(const std::filesystem::path& path);

}  // namespace lemma::app
