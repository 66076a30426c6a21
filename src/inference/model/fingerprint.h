// A short name of what a checkpoint holds, so that replies can say which one gave them.
#pragma once

#include <string>

#include "common/base/status.h"
#include "inference/model/checkpoint.h"

namespace lemma::model {

// Eight hex digits that depend on the config, the tokenizer's files, the chat template, the table
// of tensors, and of each tensor the first 4 KiB: training changes something in those nearly
// always, and reading all of the weights twice would double the start. Not proof against forgery.
// Errors: as of reading the weights' files.
Result<std::string> FingerprintOf(const Checkpoint& checkpoint);

}  // namespace lemma::model
