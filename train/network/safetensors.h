// The safetensors file format: 8 bytes of header length, a JSON header, raw little-endian tensors.
// https://huggingface.co/docs/safetensors (the page "Format"). The trainer's own, independent of
// the engine's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file.h"
#include "common/base/status.h"

namespace lemma::train {

struct TensorInfo {
  std::string dtype;  // "F32", "BF16", "F16", "U8"
  std::vector<int64_t> shape;
  uint64_t offset = 0;  // from the start of the file
  uint64_t n_bytes = 0;
};

class SafetensorsFile {
 public:
  // Reads and checks the header. Errors (kDataLoss): truncated, malformed, tensors that overlap
  // the file's end or whose bytes do not fit their shape.
  static Result<SafetensorsFile> Open(const std::filesystem::path& path);

  const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::filesystem::path& path() const { return file_.path(); }

  // kDataLoss, naming file and tensor, where there is none of that name.
  Result<TensorInfo> Find(const std::string& name) const;
  // `into` has room for info.n_bytes.
  Status Read(const TensorInfo& info, void* into) const {
    return file_.ReadAt(info.offset, into, info.n_bytes);
  }

 private:
  explicit SafetensorsFile(RandomAccessFile file) : file_(std::move(file)) {}

  RandomAccessFile file_;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
};

struct TensorToWrite {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::string_view bytes;
};

// The whole file as bytes; tensors stand in the given order.
std::string FormatSafetensors(const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace lemma::train
