#include "inference/model/checkpoint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/base/json.h"
#include "inference/model/gguf.h"
#include "inference/model/gguf_config.h"
#include "inference/model/gguf_tokenizer.h"
#include "inference/model/packed.h"
#include "inference/model/safetensors.h"

namespace lemma::model {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr uint64_t kIndexBytesMax = 8 << 20;
constexpr size_t kShardsMax = 1024;

// Where a checkpoint's files come from.
class Files {
 public:
  virtual ~Files() = default;
  virtual std::string name() const = 0;
  // kNotFound where there is no such file.
  virtual Result<std::shared_ptr<const ByteSource>> Open(const std::string& file) const = 0;
};

class DirectoryFiles : public Files {
 public:
  explicit DirectoryFiles(fs::path directory) : directory_(std::move(directory)) {}
  std::string name() const override { return directory_.string(); }
  Result<std::shared_ptr<const ByteSource>> Open(const std::string& file) const override {
    return OpenFileSource(directory_ / file);
  }

 private:
  fs::path directory_;
};

class MemoryFiles : public Files {
 public:
  MemoryFiles(const std::map<std::string, std::string_view>& files, std::string name)
      : files_(files), name_(std::move(name)) {}
  std::string name() const override { return name_; }
  Result<std::shared_ptr<const ByteSource>> Open(const std::string& file) const override {
    const auto it = files_.find(file);
    if (it == files_.end()) return NotFound(name_ + "/" + file + ": no such file");
    return MakeMemorySource(name_ + "/" + file, it->second);
  }

 private:
  const std::map<std::string, std::string_view>& files_;
  std::string name_;
};

// The small files in a packed one.
class PackedFiles : public Files {
 public:
  PackedFiles(const ByteSource& source, const PackedHeader& header)
      : source_(source), header_(header) {}
  std::string name() const override { return source_.name(); }
  Result<std::shared_ptr<const ByteSource>> Open(const std::string& file) const override {
    const auto part = header_.files.find(file);
    const std::string name = source_.name() + ": " + file;
    if (part == header_.files.end()) return NotFound(name + " is not in it");
    LEMMA_ASSIGN_OR_RETURN(std::string bytes, ReadPackedPart(source_, part->second));
    return MakeOwnedSource(name, std::move(bytes));
  }

 private:
  const ByteSource& source_;
  const PackedHeader& header_;
};

Result<std::string> ReadWhole(const Files& files, const std::string& file, uint64_t bytes_max) {
  LEMMA_ASSIGN_OR_RETURN(const std::shared_ptr<const ByteSource> source, files.Open(file));
  if (source->size_bytes() > bytes_max) {
    return DataLoss(source->name() + ": has " + std::to_string(source->size_bytes()) +
                    " bytes, at most " + std::to_string(bytes_max) + " are read");
  }
  std::string bytes(source->size_bytes(), '\0');
  LEMMA_RETURN_IF_ERROR(source->ReadAt(0, bytes.data(), bytes.size()));
  return bytes;
}

// As ReadWhole; "" where there is no such file.
Result<std::string> ReadOptional(const Files& files, const std::string& file, uint64_t bytes_max) {
  auto bytes = ReadWhole(files, file, bytes_max);
  if (!bytes.ok() && bytes.status().code() == StatusCode::kNotFound) return std::string();
  return bytes;
}

struct WeightFileNames {
  std::string listed_in;           // the single file's full name, or the index's
  std::vector<std::string> files;  // that one, or those that the index lists
};

Result<WeightFileNames> FindWeightFiles(const Files& files) {
  const std::string single_name = "model.safetensors";
  const auto single = files.Open(single_name);
  if (single.ok()) return WeightFileNames{(*single)->name(), {single_name}};
  if (single.status().code() != StatusCode::kNotFound) return single.status();
  const std::string index_name = "model.safetensors.index.json";
  const auto index = ReadWhole(files, index_name, kIndexBytesMax);
  if (!index.ok() && index.status().code() == StatusCode::kNotFound) {
    return NotFound(files.name() + ": has neither " + single_name + " nor " + index_name);
  }
  if (!index.ok()) return index.status();
  const std::string name = files.name() + "/" + index_name;
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(*index, name));
  const json::value* map = object.if_contains("weight_map");
  if (map == nullptr || !map->is_object()) {
    return DataLoss(name + ": \"weight_map\" must be an object");
  }
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : map->get_object()) {
    // A shard is a file beside its index: a path would reach outside the checkpoint.
    if (!shard.is_string() || shard.get_string().empty() ||
        shard.get_string().find('/') != json::string::npos || shard.get_string()[0] == '.') {
      return DataLoss(name + ": \"weight_map\" entry \"" + std::string(tensor).substr(0, 128) +
                      "\" must be a plain file name");
    }
    shards.emplace(shard.get_string());
    if (shards.size() > kShardsMax) return DataLoss(name + ": \"weight_map\" lists too many files");
  }
  return WeightFileNames{name, std::vector<std::string>(shards.begin(), shards.end())};
}

bool IsNamedBefore(const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; }

}  // namespace

// Builds a Checkpoint from wherever its files are.
class CheckpointReader {
 public:
  static Result<Checkpoint> Read(const Files& files, std::string id) {
    Checkpoint checkpoint;
    checkpoint.id_ = std::move(id);
    LEMMA_ASSIGN_OR_RETURN(const std::string config,
                           ReadWhole(files, "config.json", kConfigFileBytesMax));
    LEMMA_ASSIGN_OR_RETURN(const std::string generation,
                           ReadOptional(files, "generation_config.json", kConfigFileBytesMax));
    LEMMA_ASSIGN_OR_RETURN(checkpoint.config_, ParseModelConfig(config, generation, files.name()));
    LEMMA_ASSIGN_OR_RETURN(checkpoint.tokenizer_json_,
                           ReadWhole(files, "tokenizer.json", kTokenizerJsonBytesMax));
    LEMMA_ASSIGN_OR_RETURN(checkpoint.tokenizer_config_json_,
                           ReadWhole(files, "tokenizer_config.json", kConfigFileBytesMax));
    LEMMA_ASSIGN_OR_RETURN(checkpoint.chat_template_text_,
                           ReadOptional(files, "chat_template.jinja", kConfigFileBytesMax));
    return checkpoint;
  }

  static Result<Checkpoint> ReadWithTensors(const Files& files, std::string id) {
    LEMMA_ASSIGN_OR_RETURN(Checkpoint checkpoint, Read(files, std::move(id)));
    LEMMA_RETURN_IF_ERROR(ReadTensors(files, &checkpoint));
    return checkpoint;
  }

  static Result<Checkpoint> ReadPacked(std::shared_ptr<const ByteSource> source, std::string id) {
    LEMMA_ASSIGN_OR_RETURN(PackedHeader header, ReadPackedHeader(*source));
    LEMMA_ASSIGN_OR_RETURN(Checkpoint checkpoint,
                           Read(PackedFiles(*source, header), std::move(id)));
    checkpoint.weights_name_ = source->name();
    checkpoint.packed_ = std::move(header.weights);
    checkpoint.sources_.push_back(std::move(source));
    return checkpoint;
  }

  static Result<Checkpoint> ReadGguf(std::shared_ptr<const ByteSource> source, std::string id) {
    Checkpoint checkpoint;
    checkpoint.id_ = std::move(id);
    LEMMA_ASSIGN_OR_RETURN(const GgufFile file, GgufFile::Read(*source));
    LEMMA_ASSIGN_OR_RETURN(checkpoint.config_, GgufConfig(file));
    LEMMA_ASSIGN_OR_RETURN(GgufTokenizer tokenizer, ReadGgufTokenizer(file));
    checkpoint.tokenizer_json_ = std::move(tokenizer.tokenizer_json);
    checkpoint.tokenizer_config_json_ = std::move(tokenizer.tokenizer_config_json);
    checkpoint.weights_name_ = source->name();
    LEMMA_ASSIGN_OR_RETURN(checkpoint.tensors_, GgufTensors(file));
    std::sort(checkpoint.tensors_.begin(), checkpoint.tensors_.end(), IsNamedBefore);
    checkpoint.sources_.push_back(std::move(source));
    return checkpoint;
  }

 private:
  static Status ReadTensors(const Files& files, Checkpoint* checkpoint) {
    LEMMA_ASSIGN_OR_RETURN(const WeightFileNames names, FindWeightFiles(files));
    checkpoint->weights_name_ = names.listed_in;
    for (const std::string& file : names.files) {
      LEMMA_ASSIGN_OR_RETURN(std::shared_ptr<const ByteSource> source, files.Open(file));
      LEMMA_ASSIGN_OR_RETURN(std::vector<TensorEntry> tensors, ReadSafetensorsHeader(*source));
      if (tensors.size() > kTensorsMax - checkpoint->tensors_.size()) {
        return DataLoss(source->name() + ": with it the weight files list too many tensors");
      }
      for (TensorEntry& tensor : tensors) {
        tensor.file_index = static_cast<int>(checkpoint->sources_.size());
        checkpoint->tensors_.push_back(std::move(tensor));
      }
      checkpoint->sources_.push_back(std::move(source));
    }
    auto& tensors = checkpoint->tensors_;
    std::sort(tensors.begin(), tensors.end(), IsNamedBefore);
    const auto twice =
        std::adjacent_find(tensors.begin(), tensors.end(),
                           [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != tensors.end()) {
      return DataLoss(files.name() + ": tensor \"" + twice->name.substr(0, 128) +
                      "\" is in two weight files");
    }
    return Ok();
  }
};

Result<Checkpoint> Checkpoint::OpenDirectory(const fs::path& directory, std::string id) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return NotFound(directory.string() + ": no such directory");
  }
  if (id.empty()) id = fs::weakly_canonical(directory, error).filename().string();
  return CheckpointReader::ReadWithTensors(DirectoryFiles(directory), std::move(id));
}

Result<Checkpoint> Checkpoint::OpenPacked(const fs::path& file, std::string id) {
  if (id.empty()) id = file.stem().string();
  LEMMA_ASSIGN_OR_RETURN(std::shared_ptr<const ByteSource> source, OpenFileSource(file));
  return CheckpointReader::ReadPacked(std::move(source), std::move(id));
}

Result<Checkpoint> Checkpoint::OpenGguf(const fs::path& path, std::string id) {
  if (id.empty()) id = path.extension() == ".gguf" ? path.stem() : path.filename();
  LEMMA_ASSIGN_OR_RETURN(std::shared_ptr<const ByteSource> source, OpenFileSource(path));
  return OpenGguf(std::move(source), std::move(id));
}

Result<Checkpoint> Checkpoint::OpenGguf(std::shared_ptr<const ByteSource> source, std::string id) {
  return CheckpointReader::ReadGguf(std::move(source), std::move(id));
}

Result<Checkpoint> Checkpoint::Open(const fs::path& path, std::string id) {
  std::error_code error;
  if (fs::is_directory(path, error)) return OpenDirectory(path, std::move(id));
  LEMMA_ASSIGN_OR_RETURN(const std::shared_ptr<const ByteSource> source, OpenFileSource(path));
  const bool is_packed = path.extension() == ".lemma" || IsPacked(*source);
  return is_packed ? OpenPacked(path, std::move(id)) : OpenGguf(path, std::move(id));
}

Result<Checkpoint> Checkpoint::OpenMemory(const std::map<std::string, std::string_view>& files,
                                          std::string id) {
  const std::string name = "embedded " + id;
  return CheckpointReader::ReadWithTensors(MemoryFiles(files, name), std::move(id));
}

const TensorEntry* Checkpoint::Find(std::string_view tensor_name) const {
  const auto it = std::lower_bound(
      tensors_.begin(), tensors_.end(), tensor_name,
      [](const TensorEntry& tensor, std::string_view name) { return tensor.name < name; });
  return it != tensors_.end() && it->name == tensor_name ? &*it : nullptr;
}

}  // namespace lemma::model
