// The files of a checkpoint: in the Hugging Face layout, in a directory or in memory (the embedded
// model), or one GGUF or packed file. Config, tokenizer and weights are checked before anything
// large is allocated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "inference/kernels/panel.h"
#include "inference/model/byte_source.h"
#include "inference/model/config.h"
#include "inference/model/tensor_entry.h"

namespace lemma::model {

// What is read of a checkpoint's small files, and so what may be written into a packed one.
inline constexpr uint64_t kConfigFileBytesMax = 1 << 20;      // each but tokenizer.json
inline constexpr uint64_t kTokenizerJsonBytesMax = 32 << 20;  // the tokenizer takes no more

// One of the files in a packed file, and its weights (packed.h).
struct PackedPart {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;
};
struct PackedWeights {
  kernels::WeightFormat format = kernels::WeightFormat::kF32;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  std::vector<uint64_t> checksums;  // of each piece
  std::string fingerprint;          // of the checkpoint it was packed from
};

// Immutable after opening; thread-safe.
class Checkpoint {
 public:
  // A directory with config.json, tokenizer.json, tokenizer_config.json and model.safetensors or
  // model.safetensors.index.json with its shards. `id` is how clients name the model; "" takes the
  // directory's name.
  static Result<Checkpoint> OpenDirectory(const std::filesystem::path& directory, std::string id);

  // A packed file (packed.h): it has weights that are laid out, and no tensors.
  static Result<Checkpoint> OpenPacked(const std::filesystem::path& file, std::string id);

  // A GGUF file of a Qwen2 model (gguf.h, gguf_config.h, gguf_tokenizer.h), whose tensors get the
  // Hugging Face names. An `id` of "" takes the file's name without ".gguf".
  static Result<Checkpoint> OpenGguf(const std::filesystem::path& path, std::string id);
  static Result<Checkpoint> OpenGguf(std::shared_ptr<const ByteSource> source, std::string id);

  // The one of the three above that `path` is: a directory, a packed file (by its first bytes, or
  // its name ends in ".lemma"), or else a GGUF file.
  static Result<Checkpoint> Open(const std::filesystem::path& path, std::string id);

  // As a directory, from files in memory (not copied; they must outlive the checkpoint).
  static Result<Checkpoint> OpenMemory(const std::map<std::string, std::string_view>& files,
                                       std::string id);

  const std::string& id() const { return id_; }
  const ModelConfig& config() const { return config_; }
  const std::string& tokenizer_json() const { return tokenizer_json_; }
  const std::string& tokenizer_config_json() const { return tokenizer_config_json_; }
  // chat_template.jinja's content where the checkpoint has that file, else "".
  const std::string& chat_template_text() const { return chat_template_text_; }

  // Absent where the checkpoint is no packed file.
  const std::optional<PackedWeights>& packed() const { return packed_; }
  const ByteSource& packed_source() const { return *sources_.at(0); }

  // nullptr when there is no such tensor.
  const TensorEntry* Find(std::string_view tensor_name) const;
  const std::vector<TensorEntry>& tensors() const { return tensors_; }
  // The file that says what tensors there are: the single one, or the index. For errors.
  const std::string& weights_name() const { return weights_name_; }
  const ByteSource& source(const TensorEntry& tensor) const {
    return *sources_[static_cast<size_t>(tensor.file_index)];
  }

 private:
  friend class CheckpointReader;
  Checkpoint() = default;

  std::string id_;
  ModelConfig config_;
  std::string tokenizer_json_;
  std::string tokenizer_config_json_;
  std::string chat_template_text_;
  std::string weights_name_;
  std::optional<PackedWeights> packed_;
  std::vector<TensorEntry> tensors_;  // ascending by name
  std::vector<std::shared_ptr<const ByteSource>> sources_;
};

}  // namespace lemma::model
