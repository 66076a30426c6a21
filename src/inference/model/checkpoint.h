// The files of a checkpoint in the Hugging Face layout, in a directory or in memory (the embedded
// model), or packed into one: config, tokenizer and weights, checked before anything large is
// allocated.
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
#include "inference/model/config.h"

namespace lemma::model {

enum class Dtype { kF32, kF16, kBf16 };

// One tensor of a safetensors file, not read yet.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
  uint64_t offset = 0;  // in the file
  uint64_t bytes = 0;
  int file_index = 0;  // which shard
};

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

// A file's bytes, wherever they are. Thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual const std::string& name() const = 0;  // for errors
  virtual uint64_t size_bytes() const = 0;
  virtual Status ReadAt(uint64_t offset, void* into, size_t bytes) const = 0;
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

  // The same from files in memory (not copied; they must outlive the checkpoint).
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
