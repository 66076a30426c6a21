// How much of a model its rounded weights keep.
#pragma once

#include "app/model_choice.h"
#include "common/base/status.h"
#include "inference/model/backend.h"
#include "inference/model/checkpoint.h"

namespace lemma::app {

struct Accuracy {
  double mean_kl = 0;         // of the next token's distribution from the reference's, in nats
  double standard_error = 0;  // of mean_kl, from how the sequences differ
  double same_top = 0;        // the share of tokens of which the most likely one is the same
};

// Compares a backend with a checkpoint as it is stored (GGUF's blocks as the floats that they stand
// for), over text that the latter says. Errors:
// kInvalidArgument where it has another vocabulary; those of loading and running it.
Result<Accuracy> MeasureAccuracy(const model::Checkpoint& reference, const ModelOptions& options,
                                 model::Backend& backend);

}  // namespace lemma::app
