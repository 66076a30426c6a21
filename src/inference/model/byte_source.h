// The bytes of a model file, wherever they are: on disk or in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "inference/model/memory.h"

namespace lemma::model {

// Thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual const std::string& name() const = 0;  // for errors
  virtual uint64_t size_bytes() const = 0;
  // Errors: kDataLoss where the bytes end too early, kIo; both name the source.
  virtual Status ReadAt(uint64_t offset, void* into, size_t bytes) const = 0;
  // Some of them as memory, for as long as that lives: of a file the pages it has in the page
  // cache, else a copy. Errors (kIo): no such memory.
  virtual Result<MemoryBlock> Map(uint64_t offset, uint64_t bytes) const;
};

// Errors as of RandomAccessFile::Open: kNotFound where there is no such file.
Result<std::shared_ptr<const ByteSource>> OpenFileSource(const std::filesystem::path& path);

// `bytes` is not copied and must outlive the source.
std::shared_ptr<const ByteSource> MakeMemorySource(std::string name, std::string_view bytes);

// The same with the bytes.
std::shared_ptr<const ByteSource> MakeOwnedSource(std::string name, std::string bytes);

}  // namespace lemma::model
