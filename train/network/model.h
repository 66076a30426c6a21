// What programs do with a model that stands in the Hugging Face layout. Needs no libtorch header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/text/tokenizer.h"

namespace lemma::train {

struct GenerateOptions {
  int64_t n_tokens_max = 768;
  int64_t prompts_per_batch = 64;
  int lanes = 1;  // batches at a time, each on one thread
  std::string dtype = "bf16";
};

class Model {
 public:
  static Result<Model> Load(const std::filesystem::path& directory);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  int64_t vocab_size() const;
  int64_t positions_max() const;

  // Greedy replies, in the order of the prompts; each ends with a stop token unless it was cut.
  // on_progress(number of prompts done) is called now and then, by one thread at a time; false
  // ends the work early (replies not yet begun stay empty).
  std::vector<std::vector<text::TokenId>> Generate(
      const std::vector<std::vector<text::TokenId>>& prompts,
      const std::vector<text::TokenId>& stop_tokens, const GenerateOptions& options,
      const std::function<bool(size_t n_done)>& on_progress) const;

  // [tokens.size(), vocab_size()]. Errors (kInvalidArgument): no tokens, an id out of range, more
  // than positions_max(), a dtype other than "f32" and "bf16".
  Result<std::vector<float>> Logits(const std::vector<text::TokenId>& tokens,
                                    const std::string& dtype) const;

 private:
  struct Impl;
  explicit Model(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

// The mean of the weights of runs or models (trained.h) as a model directory (model_directory.h).
Status ExportMean(const std::vector<std::filesystem::path>& runs,
                  const std::filesystem::path& model_directory);

}  // namespace lemma::train
