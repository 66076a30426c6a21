// What `--model M` means: a directory, a GGUF or packed file, the name of the embedded model, or of
// one that `lemma pull` fetched.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/text/chat_template.h"
#include "common/text/tokenizer.h"
#include "inference/model/checkpoint.h"
#include "inference/model/load.h"

namespace lemma::app {

// The options that every command which loads a model has.
struct ModelOptions {
  std::string model = "lemma-mini";
  int n_threads = 0;
  std::string isa;
  std::string weights;
  std::string kv;
  double kv_gib = 0;
};
void AddModelOptions(CLI::App& command, ModelOptions& options);

// `weights`: as ModelOptions has it; of a model that lemma pull fetched, a packed file that has
// them so is opened.
Result<model::Checkpoint> OpenModel(const std::string& model, const std::string& weights = "");

// The tokenizer's files alone: a directory needs no weights for this.
struct TokenizerFiles {
  std::string tokenizer_json;
  std::string tokenizer_config_json;
};
Result<TokenizerFiles> OpenTokenizer(const std::string& model);

Result<text::Tokenizer> LoadTokenizer(const model::Checkpoint& checkpoint);
Result<text::ChatTemplate> LoadChatTemplate(const model::Checkpoint& checkpoint);

// Shows progress on standard error when that is a terminal and the model is large.
Result<std::unique_ptr<model::Backend>> LoadBackend(const model::Checkpoint& checkpoint,
                                                    const ModelOptions& options);
// What will compute: "avx512-bf16, 2 threads".
Result<std::string> DeviceOf(const ModelOptions& options);

// The options as LoadCpuBackend takes them, without progress.
model::CpuBackendOptions BackendOptions(const ModelOptions& options);

}  // namespace lemma::app
