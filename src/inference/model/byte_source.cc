#include "inference/model/byte_source.h"

#include <cstring>
#include <utility>

#include "common/base/file.h"

namespace lemma::model {
namespace {

class FileSource : public ByteSource {
 public:
  explicit FileSource(RandomAccessFile file)
      : file_(std::move(file)), name_(file_.path().string()) {}
  const std::string& name() const override { return name_; }
  uint64_t size_bytes() const override { return file_.size_bytes(); }
  Status ReadAt(uint64_t offset, void* into, size_t bytes) const override {
    return file_.ReadAt(offset, into, bytes);
  }
  Result<MemoryBlock> Map(uint64_t offset, uint64_t bytes) const override {
    return MemoryBlock::Map(file_, offset, bytes);
  }

 private:
  RandomAccessFile file_;
  std::string name_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::string name, std::string_view bytes) : name_(std::move(name)), bytes_(bytes) {}
  const std::string& name() const override { return name_; }
  uint64_t size_bytes() const override { return bytes_.size(); }
  Status ReadAt(uint64_t offset, void* into, size_t bytes) const override {
    if (offset > bytes_.size() || bytes > bytes_.size() - offset) {
      return DataLoss(name_ + ": ends too early");
    }
    if (bytes > 0) std::memcpy(into, bytes_.data() + offset, bytes);
    return Ok();
  }

 private:
  std::string name_;
  std::string_view bytes_;
};

}  // namespace

Result<MemoryBlock> ByteSource::Map(uint64_t offset, uint64_t bytes) const {
  LEMMA_ASSIGN_OR_RETURN(MemoryBlock block, MemoryBlock::Allocate(bytes, name()));
  LEMMA_RETURN_IF_ERROR(ReadAt(offset, block.data(), bytes));
  return block;
}

Result<std::shared_ptr<const ByteSource>> OpenFileSource(const std::filesystem::path& path) {
  LEMMA_ASSIGN_OR_RETURN(RandomAccessFile file, RandomAccessFile::Open(path));
  return std::shared_ptr<const ByteSource>(std::make_shared<FileSource>(std::move(file)));
}

std::shared_ptr<const ByteSource> MakeMemorySource(std::string name, std::string_view bytes) {
  return std::make_shared<MemorySource>(std::move(name), bytes);
}

std::shared_ptr<const ByteSource> MakeOwnedSource(std::string name, std::string bytes) {
  struct Owned {
    Owned(std::string name, std::string the_bytes)
        : bytes(std::move(the_bytes)), source(std::move(name), bytes) {}
    std::string bytes;
    MemorySource source;
  };
  const auto owned = std::make_shared<const Owned>(std::move(name), std::move(bytes));
  return {owned, &owned->source};
}

}  // namespace lemma::model
