// A worker of this process: model, tokenizer and template loaded and served on an address.
#pragma once

#include <memory>
#include <string>

#include "app/model_choice.h"
#include "common/base/clock.h"
#include "inference/worker/worker.h"

namespace lemma::app {

// A checkpoint read whole, and how clients name it.
struct LoadedModel {
  std::string id;
  worker::WorkerModel model;
};

// Errors: as OpenModel, LoadBackend, LoadTokenizer and LoadChatTemplate.
Result<LoadedModel> LoadModel(const ModelOptions& options);

// `key`: as WorkerOptions has it. `clock` must outlive the worker.
Result<std::unique_ptr<worker::Worker>> StartWorker(LoadedModel loaded, const std::string& listen,
                                                    const std::string& key, const Clock& clock);

}  // namespace lemma::app
